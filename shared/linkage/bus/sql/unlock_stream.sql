select pg_advisory_unlock(hashtextextended($1::text || ' ' || $2::text, 1))
