select key, invited_at, view from {schema}.joint_works where key = $1
