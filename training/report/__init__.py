"""Reports for people, rendered from the templates in `templates/` by `rendering`.

`run_report.report_run` evaluates a run and writes its files, `audit_report.write_report` those of an audit,
`card.model_card` gives the README of a bundle, `augmentation_page` shows an augmentation, `figures` draws plots.
"""
