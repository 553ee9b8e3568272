"""What customers ask: labels of the export, or groups of like requests with names; how much; and what covers it."""
