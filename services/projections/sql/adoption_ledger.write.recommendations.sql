-- What was raised stays in the ledger, so no row ever goes.
insert into {schema}.recommendations
    (stream, key, recommendation_id, organisation, joint_work_id, consultation_id, plan_item_id, source_venue, unit,
     standing, done, fed_back, view)
select *
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::int[], $11::bool[], $12::bool[], $13::bytea[])
    on conflict (stream) do update
   set unit = excluded.unit, standing = excluded.standing, done = excluded.done, fed_back = excluded.fed_back,
       view = excluded.view
