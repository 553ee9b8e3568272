"""Speed and memory as ratios, both sides alternating in one run: `python -m tests.bench`."""
