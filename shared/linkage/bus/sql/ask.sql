insert into parking_wishes (consumer, stream, wish)
select $1, $2, $3
 where exists (select from parked where consumer = $1 and stream = $2)
    on conflict (consumer, stream) do update
   set wish = excluded.wish, asked_at = now()
