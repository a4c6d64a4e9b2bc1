"""Bundles: a model with its contract and golden pairs, loaded, checked and saved."""
