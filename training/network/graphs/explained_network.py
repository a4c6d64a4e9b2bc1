"""A network that explains itself: logits, signed class maps of all classes, and features, in one pass forward."""

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from inference.torch_path.networks import Headed, run_network
from training.network.graphs.dense_head import DenseGradient
from training.network.graphs.pooled_head import PooledHead, pooled_head
from training.network.graphs.tail_layers import Behind, behind
from training.recipe.training_codes import TrainingCode

_CLOSE = 1e-4
_SEED = 20261121


class Explained(nn.Module):
    """Answers with logits [N, C], signed class maps [N, C, h, w] before ReLU, and features [N, D]."""

    def __init__(
        self, model: nn.Module, *, shape: tuple[int, int, int], target_layer: str, familiarity_layers: tuple[str, ...]
    ) -> None:
        """Look at the network with inputs [channels, rows, columns]. Raises `Refusal` (PARITY, UNKNOWN_LAYER)."""
        super().__init__()
        self.model = model.eval()
        self.target_layer = target_layer
        self.familiarity_layers = familiarity_layers
        with torch.no_grad():
            sample = torch.randn(2, *shape, generator=torch.Generator().manual_seed(_SEED))
            said = run_network(model, sample, target_layer=target_layer)
            if said.maps.ndim != 4:
                raise Refusal(TrainingCode.PARITY, f"The layer `{target_layer}` has no maps for a heatmap.")
            if isinstance(model, Headed):
                self.behind, self.gradient = _dense(model, target_layer, sample, said.maps)
            else:
                self.behind = Behind((), masks=False, scale=None)
                self.gradient = pooled_head(model, maps=said.maps, features=said.features)

    gradient: DenseGradient | PooledHead

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, rows, columns]."""
        said = run_network(
            self.model, inputs, target_layer=self.target_layer, familiarity_layers=self.familiarity_layers
        )
        at_head = self.behind.carried(said.maps)
        mask = (at_head > 0).to(at_head.dtype) if self.behind.masks else None
        sums = self.behind.sums_at_target(self.gradient(at_head, mask))
        rows, columns = said.maps.shape[2:]
        cams = (sums @ said.maps.flatten(2)).unflatten(2, (rows, columns)) / (rows * columns)
        return said.logits, cams, said.features


def _dense(model: Headed, layer: str, sample: Tensor, maps: Tensor) -> tuple[Behind, DenseGradient]:
    """A head of ours, and what lies between the target layer and it: looked up, then tried."""
    between = behind(model, layer)
    at_head = model.forward_features(sample)
    carried = between.carried(maps)
    if carried.shape != at_head.shape or not torch.allclose(carried, at_head, rtol=_CLOSE, atol=_CLOSE):
        sentence = f"The heatmap at `{layer}` cannot be put into the graph: it is too far from the head."
        raise Refusal(TrainingCode.PARITY, f"{sentence} Name a later target layer.")
    channels, rows, columns = at_head.shape[1:]
    return between, DenseGradient(model.head, maps=(channels, rows, columns))
