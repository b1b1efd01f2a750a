-- Every read model, the generation that is asked, and how far the topics have been folded.
select g.read_model, g.generation, g.fold_version, g.built_at,
       (select count(distinct p.stream) from parked p where p.consumer = 'projections-' || replace(g.read_model, '_', '-'))
         as parked
  from generations g
 order by g.read_model
