"""Two releases side by side: which numbers moved, which cases broke, and where two conversations part."""
