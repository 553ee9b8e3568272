"""Draws a stratified test set from real conversations, with known probabilities, and turns it into cases."""
