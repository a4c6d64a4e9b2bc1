"""From a slice and its view to the pixels and texts on screen. No Qt here."""
