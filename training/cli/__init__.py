"""`slicelens-train` on the command line: `main`, and the commands on data and on models."""
