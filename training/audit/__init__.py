"""A data folder before training: `audit.audit_folder` gives an `Audit`.

`survey` looks at every picture once and measures it without looking at anatomy, `duplicates` finds what is
there twice, `shortcuts` what gives the class away.
"""
