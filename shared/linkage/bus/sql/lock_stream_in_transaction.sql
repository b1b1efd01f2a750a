select pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 1))
