"""A session held in several rooms at once, and each room by the body that hosts it."""
