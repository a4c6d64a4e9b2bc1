"""Two models or two splits, judged on the same cases; a bundle continued."""
