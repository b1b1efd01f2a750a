-- Where the log ends, and for how many seconds the first event after a position has been there.
select coalesce((select position from events order by position desc limit 1), 0) as newest,
       coalesce((select extract(epoch from now() - recorded_at) from events where position > $1 order by position limit 1), 0)::float8
         as waiting
