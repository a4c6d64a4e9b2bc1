import numpy as np
import pytest
from sklearn.covariance import EmpiricalCovariance
from sklearn.linear_model import Ridge

from inference.classify.ood import mahalanobis_distance, orientation_scores
from training.evaluate.ood_statistics import (
    Familiarity,
    distances,
    fit_orientation,
    fit_statistics,
    group_by_targets,
)
from training.evaluate.predictions import ScoredCases


def test_distances_are_the_viewers() -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(40, 6)).astype(np.float32)
    mean, precision = fit_statistics(features, generator.integers(0, 2, 40))
    one_by_one = [mahalanobis_distance(row, mean, precision) for row in features]
    np.testing.assert_allclose(distances(features, mean, precision), one_by_one, rtol=1e-9)


def test_one_kind_without_shrinkage_would_be_the_mahalanobis_distance() -> None:
    """A hundredth of shrinkage changes it by about as much where all directions vary alike."""
    features = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)
    mean, precision = fit_statistics(features, np.zeros(500, dtype=np.int64))
    expected = np.sqrt(EmpiricalCovariance().fit(features).mahalanobis(features))
    np.testing.assert_allclose(distances(features, mean, precision), expected, rtol=0.01)


def cases(features: np.ndarray, targets: np.ndarray) -> ScoredCases:
    names = tuple(map(str, range(len(features))))
    return ScoredCases("part", names, names, ("",) * len(names), targets, np.zeros_like(targets), features)


def test_the_cut_off_lets_nineteen_of_twenty_pass_and_no_stranger() -> None:
    generator = np.random.default_rng(0)
    targets = np.eye(2, dtype=np.float32)[generator.integers(0, 2, 2000)]
    centre = np.array([[0, 0, 0, 0], [6, 0, 0, 0]])[targets.argmax(axis=1)]
    features = (centre + generator.normal(size=(2000, 4))).astype(np.float32)
    rule = Familiarity.fitted(cases(features[:1000], targets[:1000]), [cases(features[1000:1500], targets[1000:1500])])
    assert rule.refused(features[1500:]).mean() == pytest.approx(0.05, abs=0.03)
    assert rule.refused(np.full((5, 4), 9, dtype=np.float32)).all()
    # Between the two kinds is outside as well, which one common mean would not notice.
    assert rule.distances(np.array([[3, 0, 0, 0]], dtype=np.float32))[0] == pytest.approx(3, rel=0.1)


def test_no_label_of_the_validation_part_is_refused_above_5_percent() -> None:
    """A rare label whose cases vary twice as much sets the cut-off, which nineteen of twenty cases of all would not."""
    generator = np.random.default_rng(1)
    rare = generator.random(2000) < 0.1
    targets = np.eye(2, dtype=np.float32)[rare.astype(int)]
    features = (generator.normal(size=(2000, 3)) * np.where(rare, 2, 1)[:, None]).astype(np.float32)
    known, tuned = cases(features[:1000], targets[:1000]), cases(features[1000:], targets[1000:])
    rule = Familiarity.fitted(known, [tuned])
    shares = rule.rule(tuned, ("common", "rare")).refused_by_label
    assert 0 <= shares["common"] < shares["rare"] <= 0.05
    distance = rule.distances(tuned.features)
    assert (distance[rare[1000:]] > np.quantile(distance, 0.95)).mean() > 0.2


def test_no_quality_of_the_validation_part_is_refused_above_5_percent() -> None:
    generator = np.random.default_rng(3)
    targets = np.ones((1300, 1), dtype=np.float32)
    features = generator.normal(size=(1300, 3)).astype(np.float32)
    features[1200:] *= 2
    known, given, noisy = (cases(features[a:b], targets[a:b]) for a, b in ((0, 600), (600, 1200), (1200, 1300)))
    assert Familiarity.fitted(known, [given]).refused(noisy.features).mean() > 0.2
    rule = Familiarity.fitted(known, [given, noisy])
    assert 0 < rule.refused(noisy.features).mean() <= 0.05
    # Too few cases tell nothing about theirs.
    few = noisy.at(np.arange(20))
    assert rule.cut_off > Familiarity.fitted(known, [given, few]).cut_off


def test_turned_copies_are_refused_and_upright_ones_of_every_label_hardly() -> None:
    """Where one direction of the features tells turned slices; its sign, and a threshold between, are found."""
    generator = np.random.default_rng(2)
    targets = np.eye(2, dtype=np.float32)[generator.integers(0, 2, 2000)]
    features = generator.normal(size=(2000, 6)).astype(np.float32)
    features[:, 0] += 3 * targets[:, 1]
    turned = features * [1, 1, 1, 1, 1, 0.5] + [0, 0, 0, 0, 0, -6]
    known, tuned = cases(features[:1000], targets[:1000]), cases(features[1000:1500], targets[1000:1500])
    copies = cases(turned[:1000].astype(np.float32), targets[:1000])
    rule = Familiarity.fitted(known, [tuned], copies)
    assert rule.turned(tuned.features).mean() <= 0.015
    assert rule.turned(turned[1500:].astype(np.float32)).mean() > 0.99
    said = rule.rule(tuned, ("one", "other"), {"upside down": cases(turned[1500:].astype(np.float32), targets[1500:])})
    assert said.orientation is not None
    assert said.orientation.caught["upside down"] > 0.99
    assert max(said.refused_by_label.values()) <= 0.05
    plain = Familiarity.fitted(known, [tuned])
    assert not plain.turned(turned.astype(np.float32)).any()
    assert plain.rule(tuned, ("one", "other")).orientation is None


def test_the_readout_is_that_of_ridge_regression() -> None:
    generator = np.random.default_rng(3)
    upright = (generator.normal(size=(300, 5)) * [1, 2, 3, 4, 5]).astype(np.float32)
    turned = (generator.normal(size=(300, 5)) * 2 + 1).astype(np.float32)
    scaled = np.concatenate([upright, turned]) / (upright.std(axis=0) + 1e-3 * upright.std(axis=0).mean())
    side = np.repeat([-1.0, 1.0], 300)
    level = (scaled - scaled.mean(axis=0)).var(axis=0).mean()
    expected = Ridge(alpha=0.1 * level * 600).fit(scaled, side).predict(scaled)
    found = orientation_scores(np.concatenate([upright, turned]), fit_orientation(upright, turned))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_kinds_follow_the_targets_unless_they_are_too_few() -> None:
    many = np.repeat(np.eye(3, dtype=np.float32), 20, axis=0)
    assert len(np.unique(group_by_targets(many))) == 3
    assert not group_by_targets(np.vstack([many, [[1, 1, 0]]]).astype(np.float32)).any()
    open_ = np.repeat(np.array([[1, 0, np.nan], [0, 1, 1]], dtype=np.float32), 15, axis=0)
    assert len(np.unique(group_by_targets(open_))) == 2
