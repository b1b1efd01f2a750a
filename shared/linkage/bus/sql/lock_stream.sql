select pg_advisory_lock(hashtextextended($1::text || ' ' || $2::text, 1))
