"""The plan board, in parts: its items, their way to approval, and what carries them out."""
