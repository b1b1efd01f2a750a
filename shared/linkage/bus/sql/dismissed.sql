select consumer, place, kafka_offset, reason, parked_at, dismissed_by, because, dismissed_at
  from dismissed_records
 order by dismissed_at
