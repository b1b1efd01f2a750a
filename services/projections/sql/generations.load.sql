select read_model, generation, fold_version from generations where read_model = any($1)
