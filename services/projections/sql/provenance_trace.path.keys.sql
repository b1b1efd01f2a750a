-- The arguments of the path.
with recursive walk (node, depth) as (
    select n.node, 0 from {schema}.nodes n where n.kind = 1 and n.id = $1
     union
    select e.target, walk.depth + 1
      from walk
      join {schema}.edges e on e.source = walk.node
      left join {schema}.nodes n on n.node = e.target
     where walk.depth < 50
       and case when n.kind in (11, 12, 14) then n.opinions @> array[$1] when n.kind = 13 then n.id = $1 else true end)
select distinct n.key
  from walk
  join {schema}.nodes n using (node)
 where $2::bigint is not null and $3::bigint is not null
