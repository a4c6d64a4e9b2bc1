"""The view, the picture and all that a person can do, as frozen values and rows of tables. No Qt here.

`view.ViewState` and `view.Viewport`, `picture.Picture`, `commands.COMMANDS`, `settings.Settings`.
"""
