"""Work in the background: the one folder of this room that knows threads, and what runs in them.

`jobs.Jobs` and `jobs.Lane`; `open` and `score` hold the work itself, without Qt.
"""
