-- $1: key ('' for all); $2, $3: consumer and stream of the last one of the page before; $4: entries.
select consumer, stream, key, version, events, since, reason
  from (select consumer, stream, (array_agg(key order by version))[1] as key, min(version) as version, count(*) as events,
               min(parked_at) as since, (array_agg(reason order by version) filter (where reason <> ''))[1] as reason
          from parked
         where consumer like 'projections-%'
         group by consumer, stream) p
 where ($1 = '' or key = convert_to($1, 'UTF8')) and (consumer, stream) > ($2, $3)
 order by consumer, stream
 limit $4
