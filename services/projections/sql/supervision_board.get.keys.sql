-- A project's opinions and findings only become more, so what it has now is all it ever had.
with own as (select * from {schema}.projects where project_id = $1)
select key from own
union
select o.key
  from {schema}.opinions o
 where o.projects_ever @> array[$1] or o.opinion_id in (select unnest(opinion_ids) from own)
union
select f.key
  from {schema}.findings f
 where f.project_id = $1 or f.finding_id in (select unnest(finding_ids) from own)
