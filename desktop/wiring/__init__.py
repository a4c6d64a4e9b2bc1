"""Joins requests of the main window with controllers, and their facts with what shows them, all in one place."""
