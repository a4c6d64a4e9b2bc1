"""Formats that only ITK reads; SimpleITK is imported in child processes only."""
