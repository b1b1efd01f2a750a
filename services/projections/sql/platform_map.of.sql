-- $1: townships. Their platforms and groups, by identifier, and how often each platform was consulted at.
select 'platform' as part, p.stream, p.township, p.view, c.held, c.agreed, c.last_held_at
  from {schema}.platforms p
  left join (
       select township, platform_id, count(*)::int as held, (count(*) filter (where agreed))::int as agreed,
              max(held_at) as last_held_at
         from {schema}.consultations
        where township = any ($1::text[])
        group by township, platform_id) c on c.township = p.township and c.platform_id = split_part(p.stream, '/', 3)
 where p.township = any ($1::text[])
union all
select 'group', stream, township, view, null, null, null from {schema}.groups where township = any ($1::text[])
 order by 2
