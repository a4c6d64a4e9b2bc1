"""The commands of `slicelens`, which the parser names."""
