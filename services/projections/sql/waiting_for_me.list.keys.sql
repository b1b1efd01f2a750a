-- The arguments of the list: whom an obligation binds, by what rule and in which work, never changes. Keys of both halves.
select distinct unnest(keys)
  from {schema}.obligations
 where opened_at is not null
   and ($1 = '' or debtor = $1) and ($2 = '' or joint_work_id = $2) and (cardinality($3::text[]) = 0 or rule = any ($3))
   and $4::bool is not null and $5::text is not null and $6::text is not null and $7::text is not null
   and $8::bigint is not null
