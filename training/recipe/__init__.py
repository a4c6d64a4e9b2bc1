"""Recipes: everything that decides what a model becomes, strictly checked."""
