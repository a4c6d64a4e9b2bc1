"""The same classifiers in torch: Grad-CAM at any layer. Imported only when a person asks for it.

Also the one door to timm: `from inference.torch_path import timm`, never `import timm`.
"""

from inference.torch_path.vision_operators import declare_missing_operators

declare_missing_operators()

import timm  # noqa: E402  the operators must be declared before timm imports torchvision

__all__ = ["timm"]
