select $1::text as key
