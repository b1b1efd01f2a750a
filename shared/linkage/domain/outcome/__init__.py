"""What comes of the work: reports, recommendations, promises, proposals, and the word that goes back."""
