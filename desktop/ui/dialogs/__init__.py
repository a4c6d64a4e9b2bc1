"""Dialogs over the main window: `help` (keys, about), `prompts` (password, unpacking, fault reports), `settings`."""
