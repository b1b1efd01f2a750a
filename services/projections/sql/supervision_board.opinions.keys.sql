-- The arguments of the list: an addressee stays one, and a project an opinion ever belonged to is kept.
select distinct key
  from {schema}.opinions
 where ($1 = '' or lead = $1) and ($2 = '' or bodies @> array[$2]) and $3::int is not null
   and ($4 = '' or projects_ever @> array[$4]) and opinion_id > $5 and $6::bigint is not null
