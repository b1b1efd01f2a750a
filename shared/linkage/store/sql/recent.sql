-- Position and hash of the last events up to a position, in the order of the log.
select position, hash
  from (select position, hash from events where position <= $1 order by position desc limit $2) last
 order by position
