-- $1: townships. Their platforms and groups, by identifier.
select 'platform' as part, stream, township, view from {schema}.platforms where township = any ($1::text[])
union all
select 'group', stream, township, view from {schema}.groups where township = any ($1::text[])
 order by 2
