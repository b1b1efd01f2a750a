-- $1: body, $2: year. What the body recorded in it, the sessions and venues of its consultations, and what corrects any of them.
with own as (select * from {schema}.records where organisation = $1 and $2::integer = any (years)),
sessions as (
    select s.* from own join {schema}.records s on s.refers_to = own.id and s.organisation = own.organisation
     where own.kind = 'consultation' and s.kind = 'remote-session'
),
recorded as (
    select * from own
     union
    select * from sessions
     union
    select v.* from sessions join {schema}.records v on v.id = sessions.id where v.kind = 'sub-venue'
)
select stream, kind, id, refers_to, told from recorded
 union all
select c.stream, c.kind, c.id, c.refers_to, c.told
  from recorded join {schema}.records c on c.refers_to = recorded.stream
 where c.kind = 'correction'
 order by stream
