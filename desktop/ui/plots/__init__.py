"""Plots with axes, drawn by pyqtgraph, which is loaded when the first one is wanted."""
