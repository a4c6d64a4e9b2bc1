"""Why training refused something: the third documented list of codes, beside those of imaging and inference."""

from enum import StrEnum


class TrainingCode(StrEnum):
    """Codes of everything that can be wrong with a recipe, a data folder or a run."""

    RECIPE = "E_RECIPE"
    UNKNOWN_RECIPE = "E_UNKNOWN_RECIPE"
    CASES = "E_CASES"
    EMPTY_CLASS = "E_EMPTY_CLASS"
    SPLIT = "E_SPLIT"
    WEIGHTS = "E_WEIGHTS"
    CHECKPOINT = "E_CHECKPOINT"
    DIVERGED = "E_DIVERGED"
    RUN = "E_RUN"
    PARITY = "E_EXPORT_PARITY"
