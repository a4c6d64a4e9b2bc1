"""Folders become a table: which slices are scored, the scoring of many side by side, the table, and how it goes on."""
