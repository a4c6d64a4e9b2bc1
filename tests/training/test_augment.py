import pytest
import torch

from training.augment import augment, mixed
from training.recipe import Augmentation, Recipe


def _batch() -> torch.Tensor:
    return torch.rand(6, 1, 40, 30, generator=torch.Generator().manual_seed(1))


def test_no_rule_changes_nothing() -> None:
    batch = _batch()
    changed = augment(batch.clone(), Augmentation(), torch.Generator().manual_seed(0))
    torch.testing.assert_close(changed, batch, atol=2e-4, rtol=0)


def test_all_draws_come_from_the_generator(recipe: Recipe) -> None:
    torch.manual_seed(0)
    one = augment(_batch(), recipe.augmentation, torch.Generator().manual_seed(5))
    torch.manual_seed(1)
    again = augment(_batch(), recipe.augmentation, torch.Generator().manual_seed(5))
    other = augment(_batch(), recipe.augmentation, torch.Generator().manual_seed(6))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == (6, 1, 40, 30)
    assert 0 <= float(one.min()) <= float(one.max()) <= 1


def test_a_certain_flip_mirrors_left_and_right() -> None:
    batch = _batch()
    changed = augment(batch.clone(), Augmentation(flip=1.0), torch.Generator())
    torch.testing.assert_close(changed, batch.flip(3), atol=2e-4, rtol=0)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_mixup_keeps_what_it_blends_in_step(chance: float) -> None:
    targets = torch.eye(6)
    inputs = torch.arange(6.0).view(6, 1, 1, 1)
    rule = Augmentation(mixup=0.4, mixup_chance=chance)
    blended, shares = mixed(inputs, targets, rule, torch.Generator().manual_seed(2))
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(6))
    torch.testing.assert_close((shares * torch.arange(6.0)).sum(dim=1), blended.view(6))
    assert bool((shares.diagonal() >= 0.5).all())
    assert torch.equal(shares, targets) is (chance == 0.0)
