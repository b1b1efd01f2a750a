"""A consultation, from preparation and research to its conclusion, and how its participants are chosen."""
