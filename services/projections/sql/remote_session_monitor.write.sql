-- A session that was scheduled stays, so no row ever goes.
insert into {schema}.sessions as s (key, session_id, bodies, state, planned_for, asked_at, view)
select key, session_id, string_to_array(bodies, ','), state, planned_for, string_to_array(asked_at, ',')::bigint[], view
  from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::bytea[])
       r (key, session_id, bodies, state, planned_for, asked_at, view)
    on conflict (session_id) do update
   set bodies = excluded.bodies, state = excluded.state, planned_for = excluded.planned_for, asked_at = excluded.asked_at,
       view = excluded.view
