insert into vault_subjects (subject_id, organisation, request_id, put_at, sealed)
values ($1, $2, $3, now(), $4)
on conflict (organisation, request_id) do nothing
returning subject_id
