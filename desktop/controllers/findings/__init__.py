"""A finding beyond its panel: the input that it was made of, and its report."""
