"""Files that leave the program, made of finished arrays and values: nothing is composed or computed here."""
