insert into {schema}.activities as a (key, stream, plan_item_id, progress, view)
select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bytea[])
    on conflict (stream) do update
   set progress = excluded.progress, view = excluded.view
