-- What the active generation has folded, and this one not (yet).
select active.stream, coalesce(f.version, 0) as version, active.version as wanted
  from {active}.folds active
  left join {schema}.folds f on f.stream = active.stream
 where active.version > coalesce(f.version, 0)
