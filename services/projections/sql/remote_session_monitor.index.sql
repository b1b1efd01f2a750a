create index sessions_by_body on {schema}.sessions using gin (bodies);
create index sessions_by_time on {schema}.sessions (planned_for, session_id);
