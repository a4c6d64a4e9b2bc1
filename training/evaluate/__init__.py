"""Judging a run, one concern a module; `evaluate.evaluate` puts them together: begin reading there."""
