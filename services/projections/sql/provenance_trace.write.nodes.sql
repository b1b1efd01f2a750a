-- What was once on the way stays, so no row ever goes.
insert into {schema}.nodes as n
    (key, node, stream, organisation, kind, id, title, state, at, event, began_at, began_event, tier, joint_work_id, opinions)
select key, node, stream, organisation, kind, id, title, state, at, event, began_at, began_event, tier, joint_work_id,
       string_to_array(opinions, ',')
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::bigint[],
              $10::text[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[])
       r (key, node, stream, organisation, kind, id, title, state, at, event, began_at, began_event, tier, joint_work_id,
          opinions)
    on conflict (node, stream) do update
   set title = excluded.title, state = excluded.state, at = excluded.at, event = excluded.event, tier = excluded.tier,
       joint_work_id = excluded.joint_work_id, opinions = excluded.opinions
 where n.event <> excluded.event
