"""What bodies of several tiers do together: who suggests, invites, answers, takes part and corrects."""
