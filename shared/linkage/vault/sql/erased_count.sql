select count(*) from vault_subjects where erased_at is not null
