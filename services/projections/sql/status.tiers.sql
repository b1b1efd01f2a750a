-- Per tier: up to when its events have been folded, and when that was done.
select tier, sum(kafka_offset + 1)::bigint as records, max(recorded_at) as recorded_at, max(folded_at) as folded_at
  from progress
 group by tier
 order by tier
