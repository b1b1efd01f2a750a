-- $1: plan. The plan itself, and what its items name or are named by; `of`: the item or topic it belongs to.
with own as (select * from {schema}.items where key = $1)
select 'plan' as part, '' as of, '' as id, view from {schema}.plans where key = $1
union all
select 'source', '', t.topic_id, t.view
  from {schema}.topics t
 where t.topic_id in (select unnest(topics_ever) from own)
union all
select 'above', own.plan_item_id, u.key, u.view
  from own
  join {schema}.items u on u.plan_item_id = own.aligned_with
 where own.aligned_with <> ''
union all
select 'below', own.plan_item_id, b.key || ' ' || b.plan_item_id, b.view
  from own
  join {schema}.items b on b.aligned_with = own.plan_item_id
union all
select 'activity', own.plan_item_id, a.stream, a.view
  from own
  join {schema}.activities a on a.plan_item_id = own.plan_item_id
 order by 1, 2, 3
