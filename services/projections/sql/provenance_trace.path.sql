-- $1: citizen opinion; $2: rows that are walked over at most; $3: nodes. Of word that goes down only what is meant for this opinion (kinds 11,
-- 12 and 14), of citizens who were told only its own (kind 13). No way is longer than 50 steps.
with recursive walk (node, depth) as (
    select n.node, 0 from {schema}.nodes n where n.kind = 1 and n.id = $1
     union
    select e.target, walk.depth + 1
      from walk
      join {schema}.edges e on e.source = walk.node
      left join {schema}.nodes n on n.node = e.target
     where walk.depth < 50
       and case when n.kind in (11, 12, 14) then n.opinions @> array[$1] when n.kind = 13 then n.id = $1 else true end),
walked as (
    select node, depth from walk limit $2::bigint),
found as (
    select node, min(depth) as depth, (select count(*) from walked) >= $2::bigint as cut
      from walked
     group by node
     order by 2, 1
     limit $3::bigint)
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
 order by n.began_at, f.depth, f.node
