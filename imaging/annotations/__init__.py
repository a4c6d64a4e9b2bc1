"""Annotations, drawn by a person on slices: shapes, what they measure, their store, and the files they travel in."""
