"""Scores units of many conversations on this machine's processes, on Dask or on Ray: the same rows on each."""
