-- Who may still see what was deleted before transaction $1: such rows are kept, also by VACUUM FULL. A transaction that
-- writes counts in any database, because a snapshot taken beside it goes back as far.
select 'process ' || pid || coalesce(' of ' || usename, '') || coalesce(' (' || nullif(application_name, '') || ')', '') as who
  from pg_stat_activity
 where pid <> pg_backend_pid()
   and (age(backend_xid) >= age($1::xid)
        or age(backend_xmin) >= age($1::xid) and coalesce(datname, current_database()) = current_database())
 union all
select 'the replication slot ' || slot_name from pg_replication_slots where age(xmin) >= age($1::xid)
 union all
select 'the prepared transaction ' || gid from pg_prepared_xacts where age(transaction) >= age($1::xid)
