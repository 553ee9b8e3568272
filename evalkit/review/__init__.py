"""The weekly human review: what is drawn, who reads it, what they said, how far they and the scorers agree."""
