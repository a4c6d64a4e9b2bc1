"""The file of what was open."""
