"""Pages that say what the contract and the code say: derived from them, and tested to be current."""
