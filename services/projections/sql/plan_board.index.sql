create index plans_by_body on {schema}.plans (organisation, key);
create index items_by_id on {schema}.items (plan_item_id);
create index items_by_alignment on {schema}.items (aligned_with);
create index items_by_alignment_ever on {schema}.items using gin (aligned_ever);
create index activities_by_item on {schema}.activities (plan_item_id);
