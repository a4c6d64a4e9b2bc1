"""The same classifiers in torch: Grad-CAM at any layer. Imported only when a person asks for it.

Also the one door to timm: `from inference.torch_path import timm`, never `import timm`. timm imports torchvision for a
single small class. A torchvision made for CUDA cannot load its compiled operators beside a CPU torch (the usual pair if
only one of the two comes from the ordinary registry), and then fails on import because it describes two operators that
were never declared. Nothing here or in timm's classifiers calls those two, so they are declared without a body.
"""

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from imaging.base.private_cache import keep_cache_private

# torch's is a folder in the temporary folder, from which it reads what anybody may have put there.
keep_cache_private("TORCHINDUCTOR_CACHE_DIR", "torch")

import torch  # noqa: E402  it looks where its caches lie when it is imported

_OPERATORS = ("torchvision::nms", "torchvision::qnms")
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def _declare_missing_operators() -> None:
    """Declare the operators that torchvision expects if its library cannot load.

    Needed with torchvision 0.28; to be removed when `import torchvision` works without its compiled library.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return
    library = next(Path(spec.origin).parent.glob("_C.*"), None)
    if library is not None:
        with suppress(OSError):
            torch.ops.load_library(str(library))
            return
    for operator in _OPERATORS:
        torch.library.define(operator, _SIGNATURE)


_declare_missing_operators()

import timm  # noqa: E402  the operators must be declared before timm imports torchvision

__all__ = ["timm"]
