select consumer, count(distinct stream) as streams from parked group by consumer
