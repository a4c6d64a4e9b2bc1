"""Planes and projections through a volume, as frozen values and their changes."""
