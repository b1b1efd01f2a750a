insert into parked (consumer, stream, version, key, value, headers, reason)
select $1, $2, $3, $4, $5, $6, ''
 where exists (select from parked where consumer = $1 and stream = $2)
    on conflict (consumer, stream, version) do nothing
