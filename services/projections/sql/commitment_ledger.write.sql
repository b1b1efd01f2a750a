-- What was promised stays in the ledger, so no row ever goes.
insert into {schema}.commitments
    (stream, key, commitment_id, organisation, joint_work_id, consultation_id, promised_by, until_at, standing, view)
select stream, key, commitment_id, organisation, joint_work_id, consultation_id, promised_by,
       coalesce(until_at, 9223372036854775807), standing, view
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::int[],
              $10::bytea[])
       r (stream, key, commitment_id, organisation, joint_work_id, consultation_id, promised_by, until_at, standing, view)
    on conflict (stream) do update set standing = excluded.standing, view = excluded.view
