create index nodes_by_id on {schema}.nodes (id);
create index nodes_by_body on {schema}.nodes (organisation, kind, node);
create index nodes_by_joint_work on {schema}.nodes (joint_work_id, node) where joint_work_id <> '';
create index edges_by_target on {schema}.edges (target);
