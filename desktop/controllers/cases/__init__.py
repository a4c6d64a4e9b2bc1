"""Batches and tables of results: act on requests, tell what changed."""
