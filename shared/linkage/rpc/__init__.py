"""The command server: one for every aggregate. It knows contract, domain types and store, and no single aggregate."""
