"""Annotations as they are drawn: `shapes_of_series` has them, `drawing` makes them, `measures`, and `keeping` saves."""
