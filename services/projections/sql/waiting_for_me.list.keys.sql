-- The arguments of the list: whom an obligation binds, and in which work, never changes.
select distinct key
  from {schema}.obligations
 where ($1 = '' or debtor = $1) and ($2 = '' or joint_work_id = $2) and $3::bool is not null and $4::text is not null
   and $5::text is not null and $6::text is not null and $7::bigint is not null
