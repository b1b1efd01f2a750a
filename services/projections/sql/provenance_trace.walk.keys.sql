-- The arguments of the walk. Edges only ever come, so whatever could be reached at any time can be reached now; each is told by the stream
-- of one of its ends.
with recursive walk (node, depth, down) as (
    select n.node, 0, way.down
      from {schema}.nodes n
     cross join (values (true), (false)) way (down)
     where (n.node = $1 or (n.id = $1 and n.kind in (1, 2, 3, 4, 5, 6, 7, 10, 15, 16)))
       and case when way.down then $2::bool else $3::bool end
     union
    select next.node, walk.depth + 1, walk.down
      from walk
     cross join lateral (
           select target as node from {schema}.edges where walk.down and source = walk.node
            union all
           select source from {schema}.edges where not walk.down and target = walk.node) next
     where walk.depth <= $4::int)
select distinct n.key
  from walk
  join {schema}.nodes n using (node)
 where $5::bigint is not null and $6::bigint is not null
