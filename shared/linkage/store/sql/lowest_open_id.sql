-- No transaction below this id is open, in any database of the server.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint
