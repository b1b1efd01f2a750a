create index platforms_by_township on {schema}.platforms (township);
create index groups_by_township on {schema}.groups (township);
create index consultations_by_township on {schema}.consultations (township);
