update vault_subjects
   set erased_at = coalesce(erased_at, now()), sealed = null
 where organisation = $1 and subject_id = $2
returning erased_at
