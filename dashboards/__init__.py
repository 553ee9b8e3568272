"""Thin Streamlit pages: every number comes from the package."""
