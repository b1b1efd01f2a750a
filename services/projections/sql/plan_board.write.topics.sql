insert into {schema}.topics as t (key, topic_id, view)
select * from unnest($1::text[], $2::text[], $3::bytea[])
    on conflict (topic_id) do update
   set view = excluded.view
