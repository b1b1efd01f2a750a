-- The arguments of the list: whose plan it is and of which year never changes; at what stage, and how many make a page, nobody knows
-- before.
with plans as (
     select key
       from {schema}.plans
      where ($1 = '' or organisation = $1) and ($2::int = 0 or plan_year = $2) and $3::int is not null and key > $4
        and $5::bigint is not null)
select key from plans
union
select a.key
  from plans
  join {schema}.items i on i.key = plans.key
  join {schema}.activities a on a.plan_item_id = i.plan_item_id
