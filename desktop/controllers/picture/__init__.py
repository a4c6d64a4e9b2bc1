"""How pixels become the picture in a pane: interpolation, colours, windows of a region. One file for each."""
