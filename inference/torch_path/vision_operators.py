"""timm's one hard dependency, torchvision, made importable beside a torch of another build.

timm imports torchvision for a single small class. A torchvision made for CUDA cannot load its compiled operators
beside a CPU torch (the usual pair where only one of the two comes from the ordinary registry), and then fails on import
because it describes two operators that were never declared. Nothing here or in timm's classifiers calls those two.
"""

from importlib.util import find_spec
from pathlib import Path

import torch

_OPERATORS = ("torchvision::nms", "torchvision::qnms")
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def declare_missing_operators() -> bool:
    """Declare (without a body) the operators that torchvision expects, where its library cannot load; True if declared.

    Needed with torchvision 0.28; to be removed when `import torchvision` works without its compiled library.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    library = next(Path(spec.origin).parent.glob("_C.*"), None)
    if library is not None:
        try:
            torch.ops.load_library(str(library))
        except OSError:
            pass
        else:
            return False
    for operator in _OPERATORS:
        torch.library.define(operator, _SIGNATURE)
    return True
