"""From a slice to a finding. Public: `prepare`, `Classifier`, `decide`, `analyse`, `find_concerns` and their values."""
