"""From a slice and its view to the pixels and texts on screen. No Qt here.

`picture_builder.PictureBuilder.compose` makes a `Picture` of `frame`, `text` and `colour_maps`.
"""
