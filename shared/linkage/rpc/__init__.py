"""The command server: one for every aggregate. It knows contract, domain types and store; it knows no single aggregate."""
