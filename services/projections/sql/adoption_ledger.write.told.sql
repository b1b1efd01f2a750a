insert into {schema}.told as t (stream, key, opinion_id, matter_id, sender, round, told_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[])
    on conflict (stream, matter_id, sender, round) do update set told_at = excluded.told_at
 where t.told_at is distinct from excluded.told_at
