-- Per joint work: what is parked of it, and which of these obligations are open. $1: rules, $2: only what is parked; $3: last work of
-- the page before, $4: entries. A record that is no event has no joint work.
with letters as (
     select convert_from(key, 'UTF8') as work, count(distinct stream) as streams, count(*) as events, min(parked_at) as since
       from parked
      where consumer like 'projections-%' and consumer <> 'projections-records'
      group by 1),
     waiting as (
     select joint_work_id as work, count(*) filter (where rule = 'InvitationIssued') as invitations,
            count(*) filter (where rule = 'ResultDelivered') as results,
            count(*) filter (where rule = 'SubVenueProposed') as sub_venues,
            count(*) filter (where due_at < now()) as overdue, min(opened_at) as since,
            array_agg(distinct debtor order by debtor) as bodies
       from {schema}.obligations
      where opened_at is not null and discharged_at is null and rule = any ($1) and joint_work_id <> ''
      group by 1)
select work collate "C" as work, coalesce(l.streams, 0) as parked_streams, coalesce(l.events, 0) as parked_events, l.since as parked_since,
       coalesce(w.invitations, 0) as invitations, coalesce(w.results, 0) as results, coalesce(w.sub_venues, 0) as sub_venues,
       coalesce(w.overdue, 0) as overdue, w.since as waiting_since, coalesce(w.bodies, '{}') as waiting_for
  from letters l
  full join waiting w using (work)
 where (not $2::bool or l.streams > 0) and work collate "C" > $3
 order by 1
 limit $4
