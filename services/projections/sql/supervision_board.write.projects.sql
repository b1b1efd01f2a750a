insert into {schema}.projects as p (key, project_id, lead, stage, joint_work_id, opinion_ids, finding_ids, view)
select key, project_id, lead, stage, joint_work_id, string_to_array(opinion_ids, ','), string_to_array(finding_ids, ','), view
  from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::bytea[])
       r (key, project_id, lead, stage, joint_work_id, opinion_ids, finding_ids, view)
    on conflict (project_id) do update
   set stage = excluded.stage, joint_work_id = excluded.joint_work_id, opinion_ids = excluded.opinion_ids,
       finding_ids = excluded.finding_ids, view = excluded.view
