"""The meaning of the work: one module per aggregate, pure. Nothing here reads a clock, draws an id or does I/O."""
