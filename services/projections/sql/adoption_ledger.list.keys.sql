-- The arguments of the list: unit and standing change, so they do not choose. With each recommendation its report, the hops of word that was
-- sent of it, and the opinions of whose citizens were told.
  with chosen as (
       select key, recommendation_id, consultation_id
         from {schema}.recommendations
        where ($1 = '' or recommendation_id = $1) and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
          and ($4 = '' or consultation_id = $4) and ($5 = '' or plan_item_id = $5) and ($6 = '' or source_venue = $6)
          and $7::text is not null and $8::int is not null and recommendation_id > $9 and $10::bigint is not null),
       word as (
       select key, matter_id, sender, receiver, round
         from {schema}.sent
        where subjects && array(select recommendation_id from chosen union select consultation_id from chosen)),
       heard as (
       select v.key, v.matter_id, v.opinions
         from {schema}.received v
         join word using (matter_id, sender, receiver, round))
select key from chosen
 union
select p.key from {schema}.reports p join chosen using (consultation_id)
 union
select key from word
 union
select key from heard
 union
select t.key
  from heard
 cross join unnest(heard.opinions) o (opinion_id)
  join {schema}.told t on (t.opinion_id, t.matter_id) = (o.opinion_id, heard.matter_id)
