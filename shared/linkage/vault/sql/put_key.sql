insert into vault_keys (subject_id, wrapped_by, wrapped) values ($1, $2, $3)
