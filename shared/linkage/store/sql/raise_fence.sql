-- The highest position anybody can see, and a transaction id above every one in use: the fence.
-- Whoever drew a number up to that position owned a lower id already. pg_snapshot_xmax would not do: it is
-- "the last completed id + 1", and a writer with a higher id may be open. Without news no id is spent.
select head, case when head > $1 then pg_current_xact_id()::text::bigint end as fence
  from (select max(position) as head from events) as log
