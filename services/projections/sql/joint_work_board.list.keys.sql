-- The arguments of the list: no state was always the same, and how many works of the page were in it nobody knows before.
select key
  from {schema}.joint_works
 where ($1 = '' or bodies @> array[$1]) and $2::int is not null and key > $3 and $4::bigint is not null
 order by key
