"""From a slice to a finding."""
