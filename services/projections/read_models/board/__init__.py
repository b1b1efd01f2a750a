"""The joint work board, in parts: what it keeps of each stream, and what it shows of several together."""
