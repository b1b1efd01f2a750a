-- $1: keys whose rows these are all. A joint work that was proposed stays on the board, so no row ever goes.
insert into {schema}.joint_works as w (key, state, bodies, tiers, invited_at, view)
select key, state, string_to_array(bodies, ','), string_to_array(tiers, ','), string_to_array(invited_at, ',')::bigint[], view
  from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bytea[])
       r (key, state, bodies, tiers, invited_at, view)
 where key = any($1)
    on conflict (key) do update
   set state = excluded.state, bodies = excluded.bodies, tiers = excluded.tiers, invited_at = excluded.invited_at,
       view = excluded.view
