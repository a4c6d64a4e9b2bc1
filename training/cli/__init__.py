"""`slicelens-train` on the command line."""
