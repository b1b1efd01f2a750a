-- Per tier: the newest of its events that have been folded, and when any was last folded.
select distinct on (p.tier) p.tier, p.occurred_at, p.recorded_at,
       max(p.folded_at) over (partition by p.tier) as folded_at
  from progress p
 order by p.tier, p.recorded_at desc
