"""The language of the window, and dates as a person reads them."""
