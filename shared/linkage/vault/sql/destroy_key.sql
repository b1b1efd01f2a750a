delete from vault_keys k using vault_subjects s
 where k.subject_id = s.subject_id and s.organisation = $1 and s.subject_id = $2
