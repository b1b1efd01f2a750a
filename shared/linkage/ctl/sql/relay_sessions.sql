-- The sessions of this instance's relays, and which of them holds the lock: see linkage.bus.leadership.
select a.backend_start as since,
       coalesce(host(a.client_addr), 'this machine') as host,
       exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted) as leads
  from pg_stat_activity a
 where a.datname = current_database() and a.application_name = 'linkage-relay-' || $1
 order by leads desc, since
