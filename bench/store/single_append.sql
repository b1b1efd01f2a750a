\set v :v + 1
select * from append_batch(
    array['512021/participation/512000-:run-' || (:client_id)::text], array['512000-JW-1'], array['participation'],
    array[gen_random_uuid()], array[decode(repeat('00', 16), 'hex')], array[:v::int - 1],
    array[decode(repeat('00', 32), 'hex')], array['512021'], array['county'], array['CPPCC_OFFICE'], array[now()],
    array[now()], array['512000-JW-1'], array[''], array[''], array['base-2023.1'], array[1], array[:v::int],
    array['linkage.v1.InvitationAccepted'], array[decode(':data', 'hex')], array[decode(repeat('00', 32), 'hex')], false
)
