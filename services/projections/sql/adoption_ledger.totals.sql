-- $1: body, $2: joint work, $3: consultation, $4: plan item, $5: venue, $6: unit ('' for all of each). Numbers of AdoptionStanding.
select count(*) as recommendations,
       count(*) filter (where standing = 1) as raised,
       count(*) filter (where standing = 2) as not_included,
       count(*) filter (where standing = 3) as pending,
       count(*) filter (where standing = 4) as adopted,
       count(*) filter (where standing = 5) as partly_adopted,
       count(*) filter (where standing = 6) as not_adopted,
       count(*) filter (where standing = 7) as under_study,
       count(*) filter (where standing in (4, 5, 6, 7)) as replied,
       count(*) filter (where done) as implemented,
       count(*) filter (where fed_back) as fed_back
  from {schema}.recommendations
 where ($1 = '' or organisation = $1) and ($2 = '' or joint_work_id = $2) and ($3 = '' or consultation_id = $3)
   and ($4 = '' or plan_item_id = $4) and ($5 = '' or source_venue = $5) and ($6 = '' or unit = $6)
