select distinct key from {schema}.folds where key > $1 order by key limit $2
