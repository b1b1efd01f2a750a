-- Which generations stand beside the active one, complete, for a release that folds otherwise.
-- depends: projections_0001_generations

-- migrate: apply

-- A generation says so itself, in the comment on its schema: what drops the schema, or makes another one of its name,
-- takes the word away with it. Older code, which knows nothing of it, cannot leave it wrong.
create function mark_level(schema text, fold_version integer) returns void language plpgsql as $$
begin
    execute format('comment on schema %I is %L', schema, format('fold version %s, level %s', fold_version,
        to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
end
$$;

-- level_at: when it had last all that the active one had. Later than the active one's built_at: it was asked for since.
create view generations_beside as
select m.read_model, m.generation, m.fold_version, m.level_at, m.level_at > coalesce(g.built_at, '-infinity') as wanted
  from (select substring(n.nspname from '^(.*)_g\d+$') as read_model,
               substring(n.nspname from '_g(\d+)$')::integer as generation,
               substring(d.description from '^fold version (\d+), level ')::integer as fold_version,
               substring(d.description from ', level (.*)$')::timestamptz as level_at
          from pg_namespace n
          join pg_description d on d.objoid = n.oid and d.classoid = 'pg_namespace'::regclass
         where n.nspname ~ '_g\d+$' and d.description ~ '^fold version \d+, level ') m
  left join generations g on g.read_model = m.read_model
 where g.generation is distinct from m.generation;

-- migrate: rollback

drop view generations_beside;
drop function mark_level;
