-- What was set up stays, closed or not, so no row ever goes.
insert into {schema}.platforms as t (key, stream, township, view)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
    on conflict (stream) do update
   set view = excluded.view
