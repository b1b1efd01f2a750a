select stream, wish from parking_wishes where consumer = $1 order by asked_at
