-- The generation to be read: the active one. While a release is replaced by one that folds otherwise, each of the two
-- reads the one that it knows, as long as that has only just been level with the active one.
select coalesce(
    (select generation from generations where read_model = $1 and fold_version = $2),
    (select max(generation) from generations_beside
      where read_model = $1 and fold_version = $2 and level_at > now() - interval '5 minutes'),
    (select generation from generations where read_model = $1))
