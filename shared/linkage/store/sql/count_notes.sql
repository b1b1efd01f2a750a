select count(*) from waiting_notes
