"""The start of the program and what it knows of its own installation."""
