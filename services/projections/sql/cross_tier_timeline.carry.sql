-- Only the topics tell when an event was published: what the generation before was told is kept.
update {schema}.entries e
   set published_at = old.published_at
  from {active}.entries old
 where (old.key, old.occurred_at, old.stream, old.version) = (e.key, e.occurred_at, e.stream, e.version)
   and old.published_at <> e.published_at
