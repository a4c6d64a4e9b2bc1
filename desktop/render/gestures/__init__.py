"""Drawing for what a hand does over a pane: the crosshair that it drags, the window of a rectangle."""
