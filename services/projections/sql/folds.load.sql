select key, stream, version, position, state from {schema}.folds where key = any($1)
