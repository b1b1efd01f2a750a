select w.organisation, w.request_id, w.stream, w.type, w.data, w.occurred_at, w.correlation_id, w.causation_id,
       w.traceparent
  from waiting_notes w
 where exists (select from streams s where s.stream = w.stream)
 order by w.held_at, w.request_id
