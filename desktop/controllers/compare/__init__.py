"""Panes side by side and in motion: what goes together in them, how each cuts the others, cine."""
