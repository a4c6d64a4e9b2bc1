"""Dialogs and pages that open over the window."""
