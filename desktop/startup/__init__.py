"""The start of the program and what it knows of its own installation.

`build_info.edition`, `crash_reports.as_refusal`, `samples.list_samples`, `timings.mark`.
"""
