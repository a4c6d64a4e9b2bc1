"""What is shown and what a person can do, as frozen values and rows of tables. No Qt here."""
