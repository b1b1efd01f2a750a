-- What a leader wrote stays in the ledger, so no row ever goes.
insert into {schema}.instructions
    (stream, key, instruction_id, organisation, joint_work_id, consultation_id, unit, due_at, recorded_at, answered, view)
select stream, key, instruction_id, organisation, joint_work_id, consultation_id, unit,
       coalesce(due_at, 9223372036854775807), recorded_at, answered, view
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
              $9::bigint[], $10::bool[], $11::bytea[])
       r (stream, key, instruction_id, organisation, joint_work_id, consultation_id, unit, due_at, recorded_at, answered,
          view)
    on conflict (stream, instruction_id) do update set answered = excluded.answered, view = excluded.view
