select key from {schema}.platforms where township = any ($1::text[])
union
select key from {schema}.groups where township = any ($1::text[])
union
select key from {schema}.consultations where township = any ($1::text[])
