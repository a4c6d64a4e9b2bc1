"""The network of a recipe, where it starts from, and its graph."""
