"""Suites and configuration: YAML in, cases out, and every fault at once with its place."""
