select p.consumer, p.stream, min(p.version) as version, count(*) as events, min(p.parked_at) as since,
       (array_agg(p.reason order by p.version) filter (where p.reason <> ''))[1] as reason,
       min(w.wish) as wish
  from parked p
  left join parking_wishes w on w.consumer = p.consumer and w.stream = p.stream
 where $1::text is null or p.consumer = $1
 group by p.consumer, p.stream
 order by since, p.consumer, p.stream
