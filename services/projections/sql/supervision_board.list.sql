-- $1: lead body ('' for all), $2: stage (0 for all), $3: joint work ('' for all), $4: last project of the page before, $5: entries.
-- With its opinions and findings in numbers.
select p.project_id, p.view, o.opinions, o.issued, o.closed, o.reopened, f.findings
  from {schema}.projects p
 cross join lateral (
       select count(*) as opinions, count(*) filter (where standing >= 3) as issued,
              count(*) filter (where standing = 5) as closed, count(*) filter (where rounds > 1) as reopened
         from (select unnest(p.opinion_ids) as opinion_id
                union
               select opinion_id from {schema}.opinions where projects_ever @> array[p.project_id]) mine
         left join {schema}.opinions using (opinion_id)) o
 cross join lateral (
       select count(*) as findings
         from (select unnest(p.finding_ids)
                union
               select finding_id from {schema}.findings where project_id = p.project_id and organisation = p.lead) mine) f
 where ($1 = '' or p.lead = $1) and ($2::int = 0 or p.stage = $2) and ($3 = '' or p.joint_work_id = $3) and p.project_id > $4
 order by p.project_id
 limit $5
