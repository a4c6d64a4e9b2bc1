"""Multiplanar reformation: the crosshair that three panes share, and the planes that are cut for them."""
