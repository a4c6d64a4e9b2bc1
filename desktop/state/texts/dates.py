"""Dates as a person reads them."""


def format_date(text: str) -> str:
    """Return DICOM's 20260131 as 2026-01-31; anything else as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text
