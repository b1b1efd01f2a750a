delete from parking_wishes where consumer = $1 and stream = $2
