"""The engine of `fit`, one concern a module; `training.fit.fit` puts them together and is the place to begin reading."""
