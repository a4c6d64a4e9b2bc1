"""Text in tables that a spreadsheet may open: one that begins like a formula is worked out there, and may do harm."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defuse_formula(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: with an apostrophe before it, if it could be one."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def restore_text(cell: str) -> str:
    """Return the text that `defuse_formula` made a cell of."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
