"""The pane of a slice: `slice_view` paints it and reports the mouse, `slice_text` its text, `sliders` below it."""
