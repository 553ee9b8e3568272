"""Where runs live: SQL that holds many runs, on SQLite by default and on PostgreSQL by URL, through the same code."""
