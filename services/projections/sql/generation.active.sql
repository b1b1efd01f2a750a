select generation from generations where read_model = $1
