insert into {schema}.opinions as o (key, opinion_id, lead, project_id, projects_ever, standing, rounds, bodies, view)
select key, opinion_id, lead, project_id, string_to_array(projects_ever, ','), standing, rounds, string_to_array(bodies, ','), view
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::bytea[])
       r (key, opinion_id, lead, project_id, projects_ever, standing, rounds, bodies, view)
    on conflict (opinion_id) do update
   set project_id = excluded.project_id, projects_ever = excluded.projects_ever, standing = excluded.standing,
       rounds = excluded.rounds, bodies = excluded.bodies, view = excluded.view
