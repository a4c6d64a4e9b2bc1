"""Codes of refused bundles and models: the second list, beside `imaging.base.errors.Code`."""

from dataclasses import dataclass
from enum import StrEnum

from imaging.base.english import Text


class ModelCode(StrEnum):
    """Codes of everything that can be wrong with a model."""

    NOT_A_BUNDLE = "E_NOT_A_BUNDLE"
    SCHEMA = "E_BUNDLE_SCHEMA"
    HASH = "E_BUNDLE_HASH"
    MISSING_FILE = "E_BUNDLE_FILE_MISSING"
    EXTRA_FILE = "E_BUNDLE_FILE_EXTRA"
    FORBIDDEN_FILE = "E_BUNDLE_FILE_FORBIDDEN"
    UNSAFE_PATH = "E_BUNDLE_PATH"
    TOO_LARGE = "E_BUNDLE_TOO_LARGE"
    EXTERNAL_DATA = "E_ONNX_EXTERNAL_DATA"
    CUSTOM_DOMAIN = "E_ONNX_CUSTOM_DOMAIN"
    GRAPH = "E_ONNX_GRAPH"
    GOLDEN = "E_GOLDEN"
    UNKNOWN_MODEL = "E_UNKNOWN_MODEL"
    MODEL_ERROR = "E_MODEL_ERROR"
    TIMEOUT = "E_MODEL_TIMEOUT"
    MEMORY = "E_MODEL_MEMORY"
    EMPTY_SLICE = "E_EMPTY_SLICE"
    NO_HEATMAP = "E_NO_HEATMAP"
    UNKNOWN_LAYER = "E_UNKNOWN_LAYER"
    NO_TORCH = "E_NO_TORCH"


@dataclass(frozen=True)
class Fault:
    """One reason why a bundle is refused: its code, its location, and a sentence.

    `key_path` is a path in the contract (`decision.values.glioma`), or the name of a file. `code` is a `ModelCode`, or
    an `imaging.base.errors.Code` if the path itself cannot be opened.
    """

    code: StrEnum
    key_path: str
    sentence: str

    @property
    def line(self) -> Text:
        """Return the key and the sentence, as one of several lines."""
        return Text("{key}: {sentence}", facts={"key": self.key_path, "sentence": self.sentence})
