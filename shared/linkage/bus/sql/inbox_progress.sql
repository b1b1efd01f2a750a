select stream, version from inbox_progress where stream = any($1::text[])
