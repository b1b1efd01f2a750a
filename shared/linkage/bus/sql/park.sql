-- A record that was waiting may turn out to be unfit itself: then it gets the reason. The first reason stays.
insert into parked (consumer, stream, version, key, value, headers, reason)
values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (consumer, stream, version) do update
   set reason = excluded.reason
 where parked.reason = '' and excluded.reason <> ''
