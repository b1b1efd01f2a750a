-- $1: project. The project itself, then its opinions and findings.
with own as (select * from {schema}.projects where project_id = $1)
select 'project' as part, project_id as id, view from own
union all
select 'opinion', o.opinion_id, o.view
  from {schema}.opinions o
 where o.projects_ever @> array[$1] or o.opinion_id in (select unnest(opinion_ids) from own)
union all
select 'finding', f.finding_id, f.view
  from {schema}.findings f
 where f.project_id = $1 or f.finding_id in (select unnest(finding_ids) from own)
 order by 1, 2
