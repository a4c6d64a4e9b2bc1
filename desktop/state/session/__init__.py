"""The state of what was open, as a value that can be kept in a file and brought back."""
