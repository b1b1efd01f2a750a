-- $1: body ('' for all), $2: year (0 for all), $3: stage (0 for all), $4: last key of the page before, $5: entries.
-- With how many of the plan's items something was begun, and concluded.
select p.key, p.view, done.begun, done.concluded
  from {schema}.plans p
 cross join lateral (
       select count(*) filter (where progress >= 1) as begun, count(*) filter (where progress = 2) as concluded
         from (select max(a.progress) as progress
                 from {schema}.items i
                 join {schema}.activities a on a.plan_item_id = i.plan_item_id
                where i.key = p.key and i.counted
                group by i.plan_item_id) furthest) done
 where ($1 = '' or p.organisation = $1) and ($2::int = 0 or p.plan_year = $2) and ($3::int = 0 or p.stage = $3)
   and p.key > $4
 order by p.key
 limit $5
