-- Whoever was erased meanwhile has no row here any more, and gets none.
update vault_keys k
   set wrapped_by = $1, wrapped = n.wrapped
  from unnest($2::uuid[], $3::bytea[]) n (subject_id, wrapped)
 where k.subject_id = n.subject_id
