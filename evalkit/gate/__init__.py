"""The gate: may this release talk to customers?"""
