"""Errors, limits, progress and files written whole: what every other folder of the room stands on."""
