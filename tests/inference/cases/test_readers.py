"""Orders, agreement and studies of readers, against values worked out another way."""

import csv
from pathlib import Path

import numpy as np
import pytest

from imaging.base.errors import Refusal
from inference.cases.case_store import CANNOT_TELL, CaseAnswer, CasePlace, GivenAnswer, Occasion
from inference.cases.reader_agreement import compare_readers
from inference.cases.reader_study import MRMC_FILES, ReaderStudy, write_study
from inference.cases.reading_order import CaseOrder, doubt_of, order_cases
from inference.cases.results import ModelResults, read_results
from inference.contract.contract import Label, Task
from tests.inference.cases.table_files import make_rows, write_table

Answers = dict[CasePlace, tuple[CaseAnswer, ...]]


def task(kind: str) -> Task:
    return Task(kind=kind, labels=tuple(Label(name=name, display=name) for name in "abc"))  # type: ignore[arg-type]


def given(reader: str, said: list[str], occasion: Occasion = Occasion.LABELLING) -> Answers:
    return {
        (f"{n}.png", "0"): (CaseAnswer(GivenAnswer((f"{n}.png", "0"), reader, one, occasion), "2026-11-28"),)
        for n, one in enumerate(said)
    }


def joined(*parts: Answers) -> Answers:
    found: Answers = {}
    for part in parts:
        for place, answers in part.items():
            found[place] = (*found.get(place, ()), *answers)
    return found


def test_doubt_is_the_margin_or_the_distance_from_one_half() -> None:
    shares = np.array([[0.5, 0.4, 0.1], [1.0, 0.0, 0.0], [0.4, 0.4, 0.2]], dtype=np.float32)
    np.testing.assert_allclose(doubt_of(shares, task("multiclass")), [0.9, 0.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(doubt_of(shares, task("multilabel")), [1.0, 0.0, 0.8], atol=1e-6)


@pytest.fixture
def two_models(tmp_path: Path) -> tuple[ModelResults, ...]:
    """Two models of which the second decides otherwise about cases 3 and 7."""
    rows = make_rows(10)
    others = [row | {"model": "other", "model_sha256": "1" * 64} for row in make_rows(10)]
    for number in (3, 7):
        others[number]["decision"] = "normal" if rows[number]["decision"] == "bright" else "bright"
    return read_results(write_table(tmp_path / "results.csv", rows + others))


def test_orders(two_models: tuple[ModelResults, ...]) -> None:
    places = [row.place for row in two_models[0].rows]
    assert order_cases(two_models, CaseOrder.LISTED, seed="AB") == places
    doubt = doubt_of(two_models[0].probabilities, two_models[0].guess_task())
    by_doubt = order_cases(two_models[:1], CaseOrder.DOUBT, seed="AB")
    assert by_doubt == [places[n] for n in np.argsort(-doubt)]
    random = [order_cases(two_models, CaseOrder.RANDOM, seed=seed) for seed in ("AB", "AB", "CD")]
    assert random[0] == random[1] != random[2]
    assert sorted(random[2]) == sorted(places)
    for seed in ("AB", "CD"):
        disagreeing = order_cases(two_models, CaseOrder.DISAGREEMENT, seed=seed)
        assert set(disagreeing[:2]) == {places[3], places[7]}


def test_agreement_of_two(tmp_path: Path) -> None:
    first = ["a"] * 25 + ["b"] * 25
    second = ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15
    found = compare_readers(joined(given("AB", first), given("CD", second)))
    (pair,) = found.pairs
    assert (pair.n, pair.agreed, found.fleiss) == (50, 35, None)
    # The textbook's table: 0.7 observed, 0.5 by chance.
    assert pair.kappa is not None
    assert pair.kappa.value == pytest.approx(0.4)
    assert (len(found.disputed), found.settled) == (15, 35)
    assert found.disputed[0].said == (("AB", "a"), ("CD", "b"))


def test_agreement_of_three_against_statsmodels() -> None:
    reference = pytest.importorskip("statsmodels.stats.inter_rater")
    generator = np.random.default_rng(5)
    truth = generator.integers(0, 3, 60)
    said = [np.where(generator.random(60) < 0.7, truth, generator.integers(0, 3, 60)) for _ in range(3)]
    words = ("a", "b", CANNOT_TELL)
    answers = joined(*(given(name, [words[n] for n in one]) for name, one in zip("ABC", said, strict=True)))
    found = compare_readers(answers)
    counts, _ = reference.aggregate_raters(np.stack(said, axis=1))
    assert found.fleiss is not None
    assert found.fleiss.value == pytest.approx(reference.fleiss_kappa(counts), abs=1e-9)
    assert found.fleiss.low < found.fleiss.value < found.fleiss.high
    assert found.in_common == 60
    for pair, (one, other) in zip(found.pairs, ((0, 1), (0, 2), (1, 2)), strict=True):
        table = np.zeros((3, 3))
        np.add.at(table, (said[one], said[other]), 1)
        expected = reference.cohens_kappa(table)
        assert pair.kappa is not None
        wanted = (expected.kappa, expected.kappa_low, expected.kappa_upp)
        assert (pair.kappa.value, pair.kappa.low, pair.kappa.high) == pytest.approx(wanted, abs=1e-9)


def test_too_few_and_one_answer_throughout_have_no_kappa() -> None:
    for count in (9, 20):
        said = ["a"] * count
        found = compare_readers(joined(given("AB", said), given("CD", said), given("EF", said)))
        assert [pair.kappa for pair in found.pairs] == [None] * 3
        assert found.fleiss is None


STUDY = ReaderStudy("s", "bright")


def rated(number: int, reader: str, rating: int, occasion: Occasion) -> GivenAnswer:
    return GivenAnswer((f"{number}.png", "0"), reader, "bright", occasion, "s", rating, seconds=1.25)


def rate(reader: str, ratings: list[int], occasion: Occasion) -> Answers:
    return {
        (f"{n}.png", "0"): (
            CaseAnswer(
                GivenAnswer((f"{n}.png", "0"), reader, "bright", occasion, "s", rating, seconds=1.25), "2026-11-28"
            ),
        )
        for n, rating in enumerate(ratings)
    }


def test_a_study_as_tables_for_r(tmp_path: Path) -> None:
    stages = (Occasion.WITHOUT_MODEL, Occasion.WITH_MODEL)
    ratings = [rate(reader, [1, 6, 3], stage) for reader in ("AB", "=CD") for stage in stages]
    answers = joined(*ratings, given("X", ["normal", "bright"]))
    table = write_study(tmp_path / "out", STUDY, answers)
    assert (table.readers, table.cases, table.ratings, table.without_truth) == (2, 2, 8, 1)
    assert {one.name for one in (tmp_path / "out").iterdir()} == set(MRMC_FILES)
    with open(tmp_path / "out" / "readings.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["rating"] for row in rows if row["case"] == "case2"] == ["6"] * 4
    assert {row["case"]: row["truth"] for row in rows} == {"case1": "0", "case2": "1"}
    assert {row["reader"] for row in rows} == {"AB", "'=CD"}
    with open(tmp_path / "out" / "imrmc.csv", newline="", encoding="utf-8") as stream:
        scores = list(csv.DictReader(stream))
    truths = {row["caseID"]: row["score"] for row in scores if row["readerID"] == "truth"}
    assert truths == {"case1": "0", "case2": "1"}
    assert all(row["modalityID"] == "truth" for row in scores if row["readerID"] == "truth")
    assert {row["modalityID"] for row in scores} == {"truth", "without_model", "with_model"}
    with pytest.raises(Refusal, match="both a rating and a truth"):
        write_study(tmp_path / "none", STUDY, joined(*ratings))


def test_orders_of_a_study() -> None:
    places = [(f"{n}.png", "0") for n in range(30)]
    orders = [STUDY.order(listed, reader) for listed, reader in ((places, "AB"), (places[::-1], "AB"), (places, "CD"))]
    assert orders[0] == orders[1] != orders[2]
