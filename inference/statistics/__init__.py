"""Figures of a classifier with their intervals, in NumPy alone: for a bundle's card and for a user's own cases alike.

`judged_cases.JudgedCases` holds targets, probabilities and decisions. `metrics` counts them, `bootstrap` draws whole
groups and writes an interval, `calibration`, `conformal` and `operating_point` choose on one part what is judged on
another. Scikit-learn is the reference in the tests.
"""
