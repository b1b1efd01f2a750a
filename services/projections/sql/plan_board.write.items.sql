-- An item that was once in a draft stays, so no row ever goes.
insert into {schema}.items as i (key, plan_item_id, counted, aligned_with, aligned_ever, topics_ever, view)
select key, plan_item_id, counted, aligned_with, string_to_array(aligned_ever, ','), string_to_array(topics_ever, ','), view
  from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::text[], $7::bytea[])
       r (key, plan_item_id, counted, aligned_with, aligned_ever, topics_ever, view)
    on conflict (key, plan_item_id) do update
   set counted = excluded.counted, aligned_with = excluded.aligned_with, aligned_ever = excluded.aligned_ever,
       topics_ever = excluded.topics_ever, view = excluded.view
