create index instructions_open on {schema}.instructions (due_at, recorded_at, stream, instruction_id) where not answered;
create index instructions_all on {schema}.instructions (due_at, recorded_at, stream, instruction_id);
create index instructions_by_body on {schema}.instructions (organisation, due_at, recorded_at);
create index instructions_by_joint_work on {schema}.instructions (joint_work_id);
create index instructions_by_consultation on {schema}.instructions (consultation_id, instruction_id);
