create index joint_works_by_body on {schema}.joint_works using gin (bodies);
