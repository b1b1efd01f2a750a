insert into {schema}.plans as p (key, organisation, plan_year, stage, view)
select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::bytea[])
    on conflict (key) do update
   set plan_year = excluded.plan_year, stage = excluded.stage, view = excluded.view
