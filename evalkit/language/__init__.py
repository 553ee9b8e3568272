"""Language as data: phrase lexicons, language markers and word tables; never a module per language."""
