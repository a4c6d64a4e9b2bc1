"""Tools of the pane: `shape_pointer` tells what mouse and keys do to shapes, before the pane takes them for itself."""
