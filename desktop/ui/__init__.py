"""Widgets: they show facts, send requests and decide nothing. `main_window` holds them all, `menus` the commands."""
