-- $1: where to begin: a node, or the identifier of what is no answer, word or feedback (kinds 1 to 7, 10, 15, 16); $2: go down; $3: go up;
-- $4: steps, and one more to see whether the way goes on; $5: rows that are walked over at most; $6: nodes. A name that nothing has been
-- heard of yet has no columns of its own.
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
     where walk.depth <= $4::int),
walked as (
    select node, depth from walk limit $5::bigint),
found as (
    select node, min(depth) as depth, (select count(*) from walked) >= $5::bigint as cut
      from walked
     group by node
     order by 2, 1
     limit $6::bigint)
select f.node, f.depth, f.cut, n.organisation, n.kind, n.id, n.title, n.state, n.at, n.event, n.began_at, n.began_event,
       n.tier, n.joint_work_id, e.edges
  from found f
  left join lateral (
       select * from {schema}.nodes where node = f.node order by began_at desc, stream limit 1) n on true
  left join lateral (
       select json_agg(json_build_object(
                  'target', e.target, 'relation', e.relation, 'at', e.at, 'event_id', e.event)
                  order by e.target, e.relation, e.stream) as edges
         from {schema}.edges e
        where e.source = f.node and e.target in (select node from found)) e on true
 order by f.depth, f.node
