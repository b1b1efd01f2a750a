-- The arguments of the year: in which one a consultation stands changes.
with own as (select * from {schema}.records where organisation = $1 and $2::integer is not null),
sessions as (
    select s.* from own join {schema}.records s on s.refers_to = own.id and s.organisation = own.organisation
     where own.kind = 'consultation' and s.kind = 'remote-session'
),
recorded as (
    select stream, key from own
     union
    select stream, key from sessions
     union
    select v.stream, v.key from sessions join {schema}.records v on v.id = sessions.id where v.kind = 'sub-venue'
)
select key from recorded
 union
select c.key from recorded join {schema}.records c on c.refers_to = recorded.stream where c.kind = 'correction'
