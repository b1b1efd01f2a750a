create index records_by_body on {schema}.records (organisation) where years <> '{}';
create index records_by_reference on {schema}.records (refers_to) where refers_to <> '';
create index records_by_session on {schema}.records (id) where kind = 'sub-venue';
