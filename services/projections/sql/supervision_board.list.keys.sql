-- The arguments of the list: at what stage, and how many make a page, nobody knows before.
with mine as (
     select *
       from {schema}.projects
      where ($1 = '' or lead = $1) and $2::int is not null and ($3 = '' or joint_work_id = $3) and project_id > $4
        and $5::bigint is not null)
select key from mine
union
select o.key from mine join {schema}.opinions o on o.projects_ever @> array[mine.project_id]
union
select o.key from {schema}.opinions o where o.opinion_id in (select unnest(opinion_ids) from mine)
union
select f.key from mine join {schema}.findings f on f.project_id = mine.project_id and f.organisation = mine.lead
