"""Why a bundle or an answer of a model was refused: the second documented list of codes, beside `imaging.refusal.Code`."""

from enum import StrEnum


class ModelCode(StrEnum):
    """Codes of everything that can be wrong with a model."""

    NOT_A_BUNDLE = "E_NOT_A_BUNDLE"
    SCHEMA = "E_BUNDLE_SCHEMA"
    HASH = "E_BUNDLE_HASH"
    MISSING_FILE = "E_BUNDLE_FILE_MISSING"
    EXTERNAL_DATA = "E_ONNX_EXTERNAL_DATA"
    CUSTOM_DOMAIN = "E_ONNX_CUSTOM_DOMAIN"
    GRAPH = "E_ONNX_GRAPH"
    GOLDEN = "E_GOLDEN"
    UNKNOWN_MODEL = "E_UNKNOWN_MODEL"
    MODEL_ERROR = "E_MODEL_ERROR"
    NO_TORCH = "E_NO_TORCH"
