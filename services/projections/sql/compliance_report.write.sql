-- What was recorded stays, so no row ever goes.
insert into {schema}.records (stream, key, organisation, kind, id, refers_to, years, told)
select stream, key, organisation, kind, id, refers_to, string_to_array(years, ',')::integer[], told
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       r (stream, key, organisation, kind, id, refers_to, years, told)
    on conflict (stream) do update
   set refers_to = excluded.refers_to, years = excluded.years, told = excluded.told
