"""Judging a run, one concern a module; `training.evaluate.evaluate` puts them together and is the place to begin reading."""
