-- Keys that another key than $1 wraps, after subject $2, at most $3.
select subject_id, wrapped_by, wrapped
  from vault_keys
 where wrapped_by <> $1 and subject_id > $2
 order by subject_id
 limit $3
