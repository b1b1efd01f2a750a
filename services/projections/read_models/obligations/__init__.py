"""What is owed: the rules, the ledger of a stream, and the steps of each part of the work."""
