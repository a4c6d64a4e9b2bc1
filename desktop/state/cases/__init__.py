"""Batches and tables of results as frozen values: what a person chose, and what the window shows of it."""
