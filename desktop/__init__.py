"""The window and the command line: all that a person sees and does. No Qt in `state` and `render`."""
