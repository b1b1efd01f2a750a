select exists (select from parked where consumer = $1 and stream = $2)
