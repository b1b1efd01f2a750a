delete from parked where consumer = $1 and stream = $2 and version = $3
