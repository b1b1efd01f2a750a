select count(*) from (select distinct consumer, stream from parked where consumer like 'projections-%') p
