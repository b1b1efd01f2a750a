-- $1: recommendation, $2: body, $3: joint work, $4: consultation, $5: plan item, $6: venue, $7: unit ('' for all of each), $8: standing (0
-- for all), $9: last identifier of the page before, $10: entries. One recommendation is asked for as a range, so that the plan for all
-- arguments finds it by its index; '~' is after every identifier. Hops by the time they were sent, as JSON: those of its own answer, and
-- those of an answer to its report as a whole.
select r.recommendation_id, r.view, p.view as report, h.hops, h.of_report
  from (select *
          from {schema}.recommendations
         where recommendation_id between $1 and coalesce(nullif($1, ''), '~')
           and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
           and ($4 = '' or consultation_id = $4) and ($5 = '' or plan_item_id = $5) and ($6 = '' or source_venue = $6)
           and ($7 = '' or unit = $7) and ($8::int = 0 or standing = $8) and recommendation_id > $9
         order by recommendation_id
         limit $10) r
  left join {schema}.reports p using (consultation_id)
  left join lateral (
       select json_agg(s.hop order by s.sent_at, s.sender, s.receiver, s.round)
                  filter (where s.subjects @> array[r.recommendation_id]) as hops,
              json_agg(s.hop order by s.sent_at, s.sender, s.receiver, s.round)
                  filter (where s.subjects @> array[r.consultation_id]) as of_report
         from (
              select s.subjects, s.sent_at, s.sender, s.receiver, s.round,
                     json_build_object(
                         'matter_id', s.matter_id, 'sender', s.sender, 'receiver', s.receiver, 'round', s.round,
                         'sent_at', s.sent_at, 'sent_event_id', s.event, 'received_at', v.received_at,
                         'received_event_id', coalesce(v.event, ''), 'opinions', c.opinions, 'told', c.told) as hop
                from {schema}.sent s
                left join {schema}.received v using (matter_id, sender, receiver, round)
               cross join lateral (
                     select count(o.opinion_id) as opinions, count(t.told_at) as told
                       from unnest(v.opinions) o (opinion_id)
                       left join {schema}.told t on (t.opinion_id, t.matter_id, t.sender, t.round)
                                                  = (o.opinion_id, s.matter_id, s.sender, s.round)) c
               where s.subjects && array[r.recommendation_id, r.consultation_id]) s) h on true
 order by r.recommendation_id
