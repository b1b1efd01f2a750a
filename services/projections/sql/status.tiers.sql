-- Per tier: up to when its events have been folded, and when that was done.
select tier, max(recorded_at) as recorded_at, max(folded_at) as folded_at
  from progress
 group by tier
 order by tier
