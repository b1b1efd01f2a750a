delete from waiting_notes where organisation = $1 and request_id = $2
