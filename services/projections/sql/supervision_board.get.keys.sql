-- A project's opinions and findings only become more, so what it has now is all it ever had.
with own as (select * from {schema}.projects where project_id = $1)
select key from own
union
select key from {schema}.opinions where projects_ever @> array[$1]
union
select o.key from own cross join unnest(own.opinion_ids) named join {schema}.opinions o on o.opinion_id = named
union
select key from {schema}.findings where project_id = $1
union
select f.key from own cross join unnest(own.finding_ids) named join {schema}.findings f on f.finding_id = named
