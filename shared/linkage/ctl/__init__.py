"""linkagectl: what an operator does from a terminal. One module per group of commands; `main` puts them together."""
