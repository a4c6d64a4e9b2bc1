"""Controllers: each keeps one part of the program's state, acts on requests and tells what changed.

`document.DocumentController`, `view.ViewController`, `model.ModelController`; none knows a widget, `wiring` joins them.
All but `automation` are loaded after the window is shown, since they need what reads files and draws slices.
"""
