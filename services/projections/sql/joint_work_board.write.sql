-- A joint work that was proposed stays on the board, so no row ever goes.
insert into {schema}.joint_works as w (key, state, bodies, invited_at, view)
select key, state, string_to_array(bodies, ','), string_to_array(invited_at, ',')::bigint[], view
  from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[]) r (key, state, bodies, invited_at, view)
    on conflict (key) do update
   set state = excluded.state, bodies = excluded.bodies, invited_at = excluded.invited_at, view = excluded.view
