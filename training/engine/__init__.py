"""The engine of `fit`, one concern a module; `training.fit` puts them together and is the place to begin reading."""
