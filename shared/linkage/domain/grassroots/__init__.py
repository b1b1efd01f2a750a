"""The work in a township: platforms, liaison groups, consultations, and the opinions of citizens."""
