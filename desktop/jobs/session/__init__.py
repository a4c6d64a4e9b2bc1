"""Sessions and windows: the file of what was open, and another window beside this one."""
