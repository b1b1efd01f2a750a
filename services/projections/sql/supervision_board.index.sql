create index projects_by_lead on {schema}.projects (lead, project_id);
create index projects_by_joint_work on {schema}.projects (joint_work_id);
create index findings_by_project on {schema}.findings (project_id);
create index opinions_by_project on {schema}.opinions using gin (projects_ever);
create index opinions_by_body on {schema}.opinions using gin (bodies);
create index opinions_by_lead on {schema}.opinions (lead, opinion_id);
