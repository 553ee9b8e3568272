"""What an amount is about, whose it is, and what follows or is reckoned from it."""
