-- In one order for everybody, so that two replicas that share streams for a moment do not wait for each other.
insert into inbox_progress (stream, version)
select * from unnest($1::text[], $2::bigint[]) moved (stream, version) order by stream collate "C"
    on conflict (stream) do update
   set version = excluded.version
 where inbox_progress.version < excluded.version
