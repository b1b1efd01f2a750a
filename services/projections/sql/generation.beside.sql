-- The generation of this fold version that stands beside an active one of another, and was asked for since that is active.
select max(b.generation)
  from generations_beside b
 where b.read_model = $1 and b.fold_version = $2 and (b.wanted or $3)
   and not exists (select from generations g where g.read_model = $1 and g.fold_version = $2)
