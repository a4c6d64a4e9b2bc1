"""Bundles of evaluated runs (`export.export_run`) and of ensembles (`ensemble.export_ensemble`)."""
