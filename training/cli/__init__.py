"""`slicelens-train` on the command line: `main`, and one file a command in `commands`."""
