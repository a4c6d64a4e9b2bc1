"""The contract of a model and the files it lies in."""
