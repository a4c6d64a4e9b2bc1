"""The pane of a slice: `slice_view` paints it and reports the mouse, `sliders` stand below it."""
