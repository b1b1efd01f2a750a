select s.subject_id, s.sealed, s.erased_at, k.wrapped_by, k.wrapped
  from vault_subjects s left join vault_keys k using (subject_id)
 where s.organisation = $1 and s.request_id = $2
