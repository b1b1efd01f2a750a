select asked_at, view from {schema}.sessions where session_id = $1
