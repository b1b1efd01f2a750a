-- Per tier: when the newest of its events that we have folded was recorded there.
select tier, max(recorded_at) as recorded_at from progress group by tier
