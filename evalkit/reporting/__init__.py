"""What a run found, for the terminal, for CI and for a person who reads."""
