"""Tables of results and their validation, as work for the background. No Qt here."""
