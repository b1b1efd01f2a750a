select wrapped_by, count(*) as keys from vault_keys group by wrapped_by order by wrapped_by
