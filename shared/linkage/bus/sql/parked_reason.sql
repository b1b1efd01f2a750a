update parked set reason = $4 where consumer = $1 and stream = $2 and version = $3
