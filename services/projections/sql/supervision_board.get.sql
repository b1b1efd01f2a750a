-- $1: project. The project itself, then its opinions and findings: those it names, and those that name it.
with own as (select * from {schema}.projects where project_id = $1)
select 'project' as part, project_id as id, view from own
union all
select 'opinion', o.opinion_id, o.view
  from (select opinion_id from {schema}.opinions where projects_ever @> array[$1]
         union
        select unnest(opinion_ids) from own) named
  join {schema}.opinions o using (opinion_id)
union all
select 'finding', f.finding_id, f.view
  from (select finding_id from {schema}.findings where project_id = $1
         union
        select unnest(finding_ids) from own) named
  join {schema}.findings f using (finding_id)
 order by 1, 2
