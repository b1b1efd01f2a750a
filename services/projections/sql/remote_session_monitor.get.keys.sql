select key from {schema}.sessions where session_id = $1
