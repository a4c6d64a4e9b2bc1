"""Small widgets, colours and texts that panels and dialogs share."""
