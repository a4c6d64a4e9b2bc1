import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.data.augment import DRAWS, apply, augment, case_seeds
from training.recipe.augmentation import Augmentation
from training.recipe.recipe import Recipe

CASES = np.arange(6, dtype=np.int64)


def _batch(rows: int = 40, columns: int = 30) -> torch.Tensor:
    return torch.rand(6, 1, rows, columns, generator=torch.Generator().manual_seed(1))


def _seeds(seed: int = 5, epoch: int = 0) -> NDArray[np.int64]:
    return case_seeds(seed, epoch, CASES)


def _draws(**changes: float) -> dict[str, torch.Tensor]:
    return {name: torch.full((6,), changes.get(name, 0.5)) for name in DRAWS}


def test_no_rule_changes_nothing() -> None:
    assert torch.equal(augment(_batch(), Augmentation(), _seeds()), _batch())


def test_a_slice_is_changed_by_its_own_seed_alone(recipe: Recipe) -> None:
    """Whatever else is in the batch, however the global generator stands: so several processes do as one does."""
    rule = recipe.augmentation
    torch.manual_seed(0)
    whole = augment(_batch(), rule, _seeds())
    torch.manual_seed(1)
    for chosen in ([0], [4, 1], [5, 3, 0]):
        assert torch.equal(augment(_batch()[chosen], rule, _seeds()[chosen]), whole[chosen])
    assert whole.shape == (6, 1, 40, 30)
    assert 0 <= float(whole.min()) <= float(whole.max()) <= 1
    assert not torch.equal(augment(_batch(), rule, _seeds(epoch=1)), whole)
    assert not torch.equal(augment(_batch(), rule, _seeds(seed=6)), whole)


def test_seeds_differ_between_runs_epochs_and_cases() -> None:
    many = np.arange(3000, dtype=np.int64)
    seeds = np.concatenate([case_seeds(seed, epoch, many) for seed in (-1, 0, 20261121) for epoch in range(4)])
    assert len(set(seeds.tolist())) == len(seeds)
    assert seeds.min() >= 0
    assert np.array_equal(case_seeds(3, 2, many[::-1]), case_seeds(3, 2, many)[::-1])
    # torch's generator reads the lower half only.
    assert len(set((seeds & 0xFFFFFFFF).tolist())) >= len(seeds) - 1


def test_the_draws_of_one_operation_do_not_depend_on_another() -> None:
    alone = augment(_batch(), Augmentation(gain=(0.7, 1.0)), _seeds())
    both = augment(_batch(), Augmentation(gain=(0.7, 1.0), flip=1.0), _seeds())
    torch.testing.assert_close(both, alone.flip(3))


@pytest.mark.parametrize("rotation", [0.0, 1e-9])
def test_a_certain_flip_mirrors_left_and_right(rotation: float) -> None:
    changed = augment(_batch(), Augmentation(flip=1.0, rotation=rotation), _seeds())
    torch.testing.assert_close(changed, _batch().flip(3), atol=2e-4, rtol=0)


def test_half_of_many_are_flipped() -> None:
    many = torch.linspace(0, 1, 8).view(1, 1, 1, 8).repeat(1000, 1, 1, 1)
    flipped = augment(many, Augmentation(flip=0.5), case_seeds(0, 0, np.arange(1000, dtype=np.int64)))
    share = float((flipped[:, 0, 0, 0] > 0.5).float().mean())
    assert 0.45 < share < 0.55


def test_the_middle_of_every_range_is_no_change() -> None:
    rule = Augmentation(
        rotation=20,
        zoom=0.3,
        stretch=0.2,
        shift=0.1,
        shear=0.1,
        gamma=0.5,
        contrast=0.4,
        brightness=0.2,
        gain=(0.5, 1.5),
    )
    torch.testing.assert_close(apply(_batch(32, 32), rule, _draws()), _batch(32, 32), atol=3e-4, rtol=0)


def test_geometry_by_exact_cases() -> None:
    """Square slices, where a quarter turn and a shift by whole pixels have an exact answer."""
    batch = _batch(16, 16)
    turned = apply(batch, Augmentation(rotation=90), _draws(rotation=1))
    torch.testing.assert_close(turned, batch.rot90(1, dims=(2, 3)), atol=1e-4, rtol=0)
    moved = apply(batch, Augmentation(shift=0.25), _draws(shift_x=1, shift_y=0.5))
    torch.testing.assert_close(moved[..., :12], batch[..., 4:], atol=1e-4, rtol=0)
    assert float(moved[..., 12:].abs().max()) < 1e-4
    disc = torch.zeros(6, 1, 64, 64)
    disc[:, :, 24:40, 24:40] = 1
    larger = apply(disc, Augmentation(zoom=float(np.log(2))), _draws(zoom=1))
    assert float(larger.sum() / disc.sum()) == pytest.approx(4, rel=0.02)
    slanted = apply(disc, Augmentation(shear=0.5), _draws(shear=1))
    assert float(slanted.sum() / disc.sum()) == pytest.approx(1, rel=0.02)
    assert int((slanted[0, 0].sum(dim=0) > 0).sum()) > 16


@pytest.mark.parametrize(
    ("rule", "draws", "expected"),
    [
        (Augmentation(gain=(0.7, 1.3)), {"gain": 0.0}, 0.4 * 0.7),
        (Augmentation(gain=(0.7, 1.3)), {"gain": 1.0}, 0.4 * 1.3),
        (Augmentation(brightness=0.1), {"brightness": 1.0}, 0.5),
        (Augmentation(gamma=float(np.log(2))), {"gamma": 1.0}, 0.16),
        (Augmentation(contrast=1.0), {"contrast": 1.0}, 0.4),
        (Augmentation(blur=1.0), {"blur_strength": 0.0}, 0.4),
    ],
)
def test_tone_by_formula(rule: Augmentation, draws: dict[str, float], expected: float) -> None:
    flat = torch.full((6, 1, 8, 8), 0.4)
    torch.testing.assert_close(apply(flat, rule, _draws(**draws)), torch.full_like(flat, expected))


def test_noise_has_the_strength_that_was_drawn() -> None:
    flat = torch.full((400, 1, 16, 16), 0.5)
    noisy = augment(flat, Augmentation(noise=0.1), case_seeds(0, 0, np.arange(400, dtype=np.int64)))
    deviations = noisy.std(dim=(1, 2, 3))
    assert float(deviations.max()) < 0.125
    assert float(deviations.mean()) == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("corner", [0.0, 1.0])
def test_an_erased_rectangle_lies_inside_and_leaves_the_rest(corner: float) -> None:
    batch = _batch()
    draws = _draws(erase=0.0, erase_area=1.0, erase_top=corner, erase_left=corner, erase_grey=1.0)
    erased = apply(batch, Augmentation(erase=0.5), draws)
    assert torch.equal(batch, _batch())
    share = (erased != batch).float().mean(dim=(1, 2, 3))
    assert float(share.min()) > 0.08
    assert float(share.max()) < 0.13
    assert bool((erased[erased != batch] == 1.0).all())
