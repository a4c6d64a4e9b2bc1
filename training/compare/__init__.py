"""The same recipe under two splits (`compare_splits`), and a bundle continued on new cases (`continue_bundle`)."""
