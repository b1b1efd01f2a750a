insert into {schema}.reports (stream, key, consultation_id, view)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
    on conflict (stream) do update set view = excluded.view
