-- The arguments of the list: only which bodies a session concerns is never less than it was.
select distinct key
  from {schema}.sessions
 where ($1 = '' or bodies @> array[$1]) and $2::int is not null and $3::bigint is not null and $4::bigint is not null
   and $5::bool is not null and $6::bigint is not null and $7::text is not null and $8::bigint is not null
