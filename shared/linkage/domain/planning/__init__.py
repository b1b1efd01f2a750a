"""What is to be consulted on: topics, the annual plan of a body, and the matters a decision needs consulting for."""
