create index commitments_by_id on {schema}.commitments (commitment_id);
create index commitments_by_date on {schema}.commitments (until_at, commitment_id);
create index commitments_by_body on {schema}.commitments (organisation, until_at, commitment_id);
create index commitments_by_joint_work on {schema}.commitments (joint_work_id);
create index commitments_by_consultation on {schema}.commitments (consultation_id);
