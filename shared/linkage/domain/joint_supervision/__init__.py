"""A supervision of several bodies: findings, opinions, what became of them, and who was lent for it."""
