"""The demo bot of the fictitious shop Fjällby: a real program with a knowledge base, orders and planted faults."""
