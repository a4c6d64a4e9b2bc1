"""Fitting: `fit.fit_run` puts the parts together; begin reading there. `runs` is the run's folder."""
