"""Where bytes come from: files, members of archives, and indexed gzip streams."""
