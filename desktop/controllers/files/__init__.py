"""Lookups of what files say beside their pixels, while somebody watches: headers, provenance, structured reports."""
