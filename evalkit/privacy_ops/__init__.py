"""What a data protection officer does with a store: pseudonyms and their vault, retention, access, erasure, audit."""
