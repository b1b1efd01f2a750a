"""What happened in the rooms of a session, for the board and the session monitor."""
