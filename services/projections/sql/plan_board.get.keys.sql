-- The plan, and all that its items ever named or were named by.
with own as (select * from {schema}.items where key = $1)
select $1::text as key
union
select t.key from {schema}.topics t where t.topic_id in (select unnest(topics_ever) from own)
union
select u.key from {schema}.items u where u.plan_item_id in (select unnest(aligned_ever) from own)
union
select b.key from own join {schema}.items b on b.aligned_ever @> array[own.plan_item_id]
union
select a.key from own join {schema}.activities a on a.plan_item_id = own.plan_item_id
