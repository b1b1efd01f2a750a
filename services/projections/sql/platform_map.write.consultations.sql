-- What was held stays, so no row ever goes.
insert into {schema}.consultations (key, stream, township, platform_id, held_at, agreed)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bool[])
    on conflict (stream) do update
   set held_at = excluded.held_at, agreed = excluded.agreed
