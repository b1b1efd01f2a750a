insert into vault_readings (subject_id, read_at, post, purpose) values ($1, now(), $2, $3)
