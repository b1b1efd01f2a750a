-- An edge never changes.
insert into {schema}.edges (key, stream, source, target, relation, at, event)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[])
    on conflict do nothing
