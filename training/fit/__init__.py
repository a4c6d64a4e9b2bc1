"""Fitting, one concern a module; `fit.fit` puts them together: begin reading there."""
