insert into waiting_notes (organisation, request_id, stream, type, data, occurred_at, correlation_id, causation_id,
                           traceparent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (organisation, request_id) do nothing
