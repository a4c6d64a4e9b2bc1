"""Recipes: all that decides what a model becomes (`recipe`), and their files (`recipe_files`)."""
