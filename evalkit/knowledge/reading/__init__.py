"""What a text says: its words and what they mean, its clauses, duties and denials, and how near two texts are."""
