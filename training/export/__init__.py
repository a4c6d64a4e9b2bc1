"""From runs to bundles."""
