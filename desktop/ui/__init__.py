"""Widgets: they show facts and send requests, and decide nothing."""
