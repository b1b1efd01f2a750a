-- How many subjects were erased since the keys' table was last written anew.
select count(*) - coalesce((select erased from vault_scrubs order by scrubbed_at desc limit 1), 0)
  from vault_subjects where erased_at is not null
