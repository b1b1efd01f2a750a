select stream, version from {schema}.folds where stream = any($1)
