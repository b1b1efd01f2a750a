\set v :v + 1
select write_message(
    gen_random_uuid()::varchar, 'participation-' || (:client_id)::text || 'x:run', 'InvitationAccepted',
    '{"joint_work_id": "512000-JW-1", "content": ":data"}'::jsonb,
    '{"organisation": "512021", "tier": "county", "post": "CPPCC_OFFICE", "policy_pack": "base-2023.1"}'::jsonb,
    :v
)
