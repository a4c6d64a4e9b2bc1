"""Tools that draw over slices, and the rows of the list of what they drew."""
