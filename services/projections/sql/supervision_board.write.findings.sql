insert into {schema}.findings as f (key, finding_id, project_id, organisation, view)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
    on conflict (finding_id) do update
   set project_id = excluded.project_id, view = excluded.view
