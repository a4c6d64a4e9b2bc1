"""Saliency checks and LIME on networks whose answer is known: a planted spot, or edges whatever was learnt."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from imaging.base.progress import finish
from inference.contract.contract import Label, Task
from training.evaluate.saliency import (
    ExplainedCase,
    check_saliency,
    class_map,
    insertion_deletion,
    lime_figures,
    lime_weights,
    randomise_weights,
    rank_correlation,
    segment_superpixels,
    structural_similarity,
)
from training.recipe.recipe import Recipe

SIDE, GRID = 64, 8
TASK = Task(kind="multiclass", labels=(Label(name="no", display="No"), Label(name="spot", display="Spot")))


class SpotFinder(nn.Module):
    """Learnt where to look: brightness counts by a learnt weight of its place, which is high at the spot only."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.AvgPool2d(SIDE // GRID)
        self.weighted = Weighted()
        self.head = nn.Linear(1, 2)
        with torch.no_grad():
            self.head.weight.copy_(torch.tensor([[-300.0], [300.0]]))
            self.head.bias.copy_(torch.tensor([7.4, -7.4]))

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.head(self.weighted(self.layer(inputs.mean(dim=1, keepdim=True))).mean(dim=(2, 3)))
        return logits


class Weighted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(GRID, GRID))
        with torch.no_grad():
            self.place[1, 2] = 1.0
            self.place[2, 2] = 0.8

    def forward(self, maps: Tensor) -> Tensor:
        return maps * self.place


class EdgeFinder(nn.Module):
    """Learnt nothing: edges by a fixed kernel. No weight can be shuffled that would change its map."""

    def __init__(self) -> None:
        super().__init__()
        self.weighted = Edges()
        self.head = nn.Linear(1, 2, bias=False)
        with torch.no_grad():
            self.head.weight.fill_(1.0)

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.head(self.weighted(inputs.mean(dim=1, keepdim=True)).mean(dim=(2, 3)))
        return logits


class Edges(nn.Module):
    def forward(self, maps: Tensor) -> Tensor:
        kernel = torch.tensor([[[[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]]]])
        return functional.avg_pool2d(functional.conv2d(maps, kernel, padding=1).abs(), SIDE // GRID)


@pytest.fixture
def spotted(recipe: Recipe) -> Recipe:
    network = recipe.network.model_copy(update={"target_layer": "weighted"})
    size = recipe.input.model_copy(update={"size": (SIDE, SIDE)})
    return recipe.model_copy(update={"task": TASK, "network": network, "input": size})


def slice_with_spot(seed: int) -> NDArray[np.float32]:
    """Grey noise, with a bright spot of 8×16 where the finder learnt to look."""
    tensor = np.random.default_rng(seed).uniform(0.0, 0.4, (SIDE, SIDE)).astype(np.float32)
    tensor[8:24, 16:24] = 1.0
    return np.repeat(tensor[np.newaxis], 3, axis=0)


@pytest.fixture
def explained(spotted: Recipe) -> Callable[[nn.Module, int], list[ExplainedCase]]:
    def make(model: nn.Module, count: int) -> list[ExplainedCase]:
        model.eval().requires_grad_(False)
        return [
            ExplainedCase(
                tensor=(tensor := slice_with_spot(seed)),
                label=1,
                caption="",
                signed=class_map(model, spotted, tensor, 1),
                model=model,
                task=TASK,
                temperature=1.0,
            )
            for seed in range(count)
        ]

    return make


MakeCases = Callable[[nn.Module, int], list[ExplainedCase]]


def test_the_map_of_the_spot_finder_lies_on_the_spot(explained: MakeCases) -> None:
    (case,) = explained(SpotFinder(), 1)
    assert np.unravel_index(case.signed.argmax(), case.signed.shape) == (1, 2)


def test_randomised_weights_destroy_the_map_of_what_was_learnt(explained: MakeCases, spotted: Recipe) -> None:
    model = SpotFinder()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = finish(check_saliency(explained(model, 4), model=model, recipe=spotted))
    assert found.destroyed
    assert found.randomised[-1].correlation.value < 0.3
    assert found.randomised[0].down_to == "head"
    # The trained network itself is not touched.
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_map_that_owes_nothing_to_weights_is_found_out(explained: MakeCases, spotted: Recipe) -> None:
    model = EdgeFinder()
    stages = finish(randomise_weights(explained(model, 3), model=model, recipe=spotted))
    assert stages[-1].correlation.value == pytest.approx(1.0)
    assert stages[-1].similarity.value == pytest.approx(1.0)


def test_showing_the_spot_first_beats_chance_and_so_does_hiding_it(explained: MakeCases) -> None:
    insertion, deletion = finish(insertion_deletion(explained(SpotFinder(), 6), size=(SIDE, SIDE), seed=0))
    assert insertion.gain.value > 0.1
    assert deletion.gain.value > 0.1
    assert insertion.gain.low > 0
    # Both end where the other begins: everything shown, nothing left.
    assert insertion.by_heatmap[-1] == pytest.approx(deletion.by_heatmap[0], abs=1e-3)
    assert insertion.by_heatmap[-1] == pytest.approx(insertion.by_random[-1], abs=1e-3)
    assert insertion.heatmap.value - insertion.random.value == pytest.approx(insertion.gain.value, abs=1e-4)
    # The area by hand, from the mean curve.
    heights = np.array(insertion.by_heatmap)
    assert insertion.heatmap.value == pytest.approx(((heights[1:] + heights[:-1]) / 2).mean(), abs=1e-3)


def test_lime_finds_the_spot_and_repeats_itself(explained: MakeCases) -> None:
    some = explained(SpotFinder(), 2)
    mask, weights = lime_weights(some[0], seed=3)
    assert weights.argmax() in np.unique(mask[8:24, 16:24])
    again = lime_weights(some[0], seed=3)[1]
    assert np.array_equal(weights, again)
    assert not np.array_equal(weights, lime_weights(some[0], seed=4)[1])


def test_lime_repeats_itself_where_places_differ_and_not_where_they_do_not(explained: MakeCases) -> None:
    graded, flat = SpotFinder(), SpotFinder()
    with torch.no_grad():
        graded.weighted.place.copy_(torch.linspace(-1, 1, GRID * GRID).view(GRID, GRID))
        flat.weighted.place.fill_(0.0)
        for model in (graded, flat):
            model.head.weight.copy_(torch.tensor([[-40.0], [40.0]]))
            model.head.bias.zero_()
    found = finish(lime_figures(explained(graded, 2), seed=3))
    assert (found.cases, found.seeds) == (2, 3)
    assert found.repeatability.value > 0.7
    assert finish(lime_figures(explained(flat, 2), seed=3)).repeatability.value < 0.3


def test_lime_leaves_the_generators_of_others_alone(explained: MakeCases) -> None:
    (case,) = explained(SpotFinder(), 1)
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    lime_weights(case, seed=9)
    assert torch.equal(torch.rand(3), expected)


def test_superpixels_are_dense_repeatable_and_follow_the_spot() -> None:
    tensor = slice_with_spot(0)
    mask = segment_superpixels(tensor)
    assert np.array_equal(np.unique(mask), np.arange(mask.max() + 1))
    assert 30 <= mask.max() + 1 <= 49
    assert np.array_equal(mask, segment_superpixels(tensor))
    # Those inside the spot hold little of what lies outside.
    inside = np.zeros((SIDE, SIDE), dtype=bool)
    inside[8:24, 16:24] = True
    own = [number for number in np.unique(mask[inside]) if (mask[inside] == number).sum() > (mask == number).sum() / 2]
    assert (np.isin(mask, own) & inside).sum() > 0.8 * inside.sum()


@given(st.permutations(range(9)))
def test_rank_correlation_is_spearmans(order: list[int]) -> None:
    """Without ties, 1 - 6 Σ d² / n (n² - 1) of the ranks; whatever rises with a value does not change it."""
    first, second = np.arange(9.0), np.array(order, dtype=float)
    expected = 1 - 6 * ((first - second) ** 2).sum() / (9 * 80)
    assert rank_correlation(first, np.exp(second)) == pytest.approx(expected)


def test_rank_correlation_with_ties_by_hand() -> None:
    # Ranks 1.5 1.5 3 4 against 1 2 3.5 3.5, apart from their mean 2.5: 1.5 + 0.5 + 0.5 + 1.5 = 4, squares 4.5 each.
    assert rank_correlation(np.array([1.0, 1, 2, 3]), np.array([0.0, 1, 5, 5])) == pytest.approx(4 / 4.5)
    assert rank_correlation(np.ones(4), np.arange(4.0)) == 0.0


def test_structural_similarity_of_known_pairs() -> None:
    generator = np.random.default_rng(0)
    one = generator.uniform(size=(40, 40)).astype(np.float32)
    assert structural_similarity(one, one) == pytest.approx(1.0)
    assert structural_similarity(one, 1 - one) < 0
    # Two even maps: only the term of the means is left, (2·0.2·0.8 + c1) / (0.2² + 0.8² + c1).
    flat = [np.full((40, 40), level, dtype=np.float32) for level in (0.2, 0.8)]
    assert structural_similarity(*flat) == pytest.approx((0.32 + 1e-4) / (0.68 + 1e-4), rel=1e-4)
