"""The four forms of data as tables: which folder or CSV gives which labels, and what a wrong one is told."""

import os
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import nibabel
import numpy as np
import pytest
from pydicom.data import get_testdata_file

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from inference.contract.contract import Label, Task
from inference.report.png_file import encode_png
from training.data.dataset import Case, labels_and_targets, list_cases, prepare_cases, read_slice
from training.recipe.recipe import Cases, CsvTable, DataForm, Folders, Levels, Names, Recipe, TrainingCode, list_some

Build = Callable[..., Recipe]


@pytest.fixture
def build(recipe: Recipe) -> Build:
    """Builds a recipe with those labels and that form of data."""

    def built(
        source: DataForm, labels: str = "a b", kind: str = "multiclass", heads: str = "", **cases: object
    ) -> Recipe:
        told = {
            "kind": kind,
            "labels": tuple(Label(name=name, display=name) for name in labels.split()),
            "heads": tuple(tuple(head.split()) for head in heads.split("|")) if heads else (),
        }
        task = Task.model_validate(told)
        return recipe.model_copy(update={"task": task, "cases": Cases.model_validate({"source": source, **cases})})

    return built


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # Each name has a picture of its own.
        pixels = np.random.default_rng(crc32(name.encode())).integers(0, 255, (30, 30)).astype(np.uint8)
        (folder / name).write_bytes(encode_png(pixels) if name.endswith(".png") else b"words")


def _names(cases: tuple[Case, ...]) -> list[tuple[str, str]]:
    return [(case.name, case.label) for case in cases]


@pytest.mark.parametrize(("count", "said"), [(1, "n0"), (3, "n0, n1, n2"), (2000, "n0, n1, n2 and 1,997 more")])
def test_a_long_list_is_cut_in_a_sentence(count: int, said: str) -> None:
    assert list_some((f"n{number}" for number in range(count)), most=3) == said


def _refused(folder: Path, recipe: Recipe) -> Refusal:
    with pytest.raises(Refusal) as caught:
        list_cases(folder, recipe)
    assert caught.value.message.endswith(".")
    return caught.value


FOLDERS = Folders(form="folders", folders={"a": "A", "b": "B"})


class TestFolders:
    def test_files_of_a_class_may_lie_in_folders_of_their_own(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "A/2.png", "A/patient1/1.png", "B/1.png", "B/.hidden.png", "readme.md", "empty/readme.md")
        _write(tmp_path, "A/Thumbs.db", "A/desktop.ini", "A/.DS_Store", "B/__MACOSX/._1.png", "B/__MACOSX/2.png")
        assert _names(list_cases(tmp_path, build(FOLDERS))) == [
            ("A/2.png", "a"),
            ("A/patient1/1.png", "a"),
            ("B/1.png", "b"),
        ]

    def test_a_class_that_the_recipe_does_not_name_is_refused(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "A/1.png", "B/1.png", "C/deep/1.png")
        refusal = _refused(tmp_path, build(FOLDERS))
        assert refusal.code is TrainingCode.CASES
        assert f"{tmp_path / 'C'}: the recipe names no such class (it has A, B)" in refusal.message

    def test_classes_may_be_lacking_where_the_recipe_says_so_but_two_are_needed(
        self, tmp_path: Path, build: Build
    ) -> None:
        source = Folders(form="folders", folders={"a": "A", "b": "B", "c": "C"})
        _write(tmp_path, "A/1.png", "B/1.png")
        assert _refused(tmp_path, build(source, "a b c")).code is Code.MISSING
        lacking = build(source, "a b c", may_lack_classes=True)
        assert [label for _, label in _names(list_cases(tmp_path, lacking))] == ["a", "b"]
        (tmp_path / "B/1.png").unlink()
        refusal = _refused(tmp_path, lacking)
        assert (refusal.code, refusal.message) == (
            TrainingCode.EMPTY_CLASS,
            f"{tmp_path}: there is no picture of the class b or c.",
        )

    def test_persons_come_from_names_or_from_the_whole_path(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "A/p1/x7-1.png", "B/p1/x8-1.png", "B/odd.png")
        by_name = list_cases(tmp_path, build(FOLDERS, person_patterns=(r"^(x\d)",)))
        assert [case.person for case in by_name] == ["x7", "B/odd.png", "x8"]
        by_path = list_cases(tmp_path, build(FOLDERS, person_patterns=(r"^[AB]/(p\d)/",)))
        assert [case.person for case in by_path] == ["p1", "B/odd.png", "p1"]


LEVELS = Levels(form="levels", levels=("modality", "sex", "age"), label="age", optional=("sex",))


class TestLevels:
    def test_one_level_is_the_label_and_the_others_are_facts(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "T1/f/2m/1.png", "T2/m/3m/1.png", "notes.txt")
        cases = list_cases(tmp_path, build(LEVELS, "2m 3m"))
        assert _names(cases) == [("T1/f/2m/1.png", "2m"), ("T2/m/3m/1.png", "3m")]
        assert dict(cases[0].facts) == {"modality": "T1", "sex": "f", "age": "2m"}

    def test_an_optional_level_may_be_left_out(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "T1/2m/1.png", "T1/3m/1.png")
        cases = list_cases(tmp_path, build(LEVELS, "2m 3m"))
        assert [dict(case.facts) for case in cases] == [
            {"modality": "T1", "age": "2m"},
            {"modality": "T1", "age": "3m"},
        ]

    def test_folders_may_be_called_otherwise_than_labels(self, tmp_path: Path, build: Build) -> None:
        source = Levels(form="levels", levels=("set", "class"), label="class", folders={"a": "b", "b": "Bee"})
        _write(tmp_path, "x/b/1.png", "x/Bee/1.png")
        assert _names(list_cases(tmp_path, build(source))) == [("x/b/1.png", "a"), ("x/Bee/1.png", "b")]

    @pytest.mark.parametrize("name", ["T1/f/9m/1.png", "1.png", "T1/f/2m/more/1.png"])
    def test_a_picture_that_is_nowhere_is_refused(self, tmp_path: Path, build: Build, name: str) -> None:
        _write(tmp_path, "T1/f/2m/1.png", "T1/f/3m/1.png", name)
        refusal = _refused(tmp_path, build(LEVELS, "2m 3m"))
        assert refusal.code is TrainingCode.CASES
        assert str(tmp_path / name) in refusal.message


class TestNames:
    SOURCE = Names(form="names", patterns={"ill": "^ill/", "well": "^well/", "bacteria": "_b_", "virus": "_v_"})
    LABELS, HEADS = "ill well bacteria virus", "ill well|bacteria virus"

    def test_a_name_may_tell_several_labels(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "ill/1_b_.png", "ill/2_v_.png", "well/3.png")
        recipe = build(self.SOURCE, self.LABELS, "several_outputs", self.HEADS)
        cases = list_cases(tmp_path, recipe)
        assert [case.labels for case in cases] == [("ill", "bacteria"), ("ill", "virus"), ("well",)]
        labels, targets = labels_and_targets(cases, recipe.task)
        assert labels.tolist() == [-1, -1, -1]
        nan = np.nan
        assert np.array_equal(targets, [[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, nan, nan]], equal_nan=True)

    def test_two_labels_of_one_head_are_refused(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "ill/1_b_v_.png", "ill/1_b_.png", "ill/2_v_.png", "well/3.png")
        refusal = _refused(tmp_path, build(self.SOURCE, self.LABELS, "several_outputs", self.HEADS))
        assert "ill/1_b_v_.png: bacteria and virus cannot both be right" in refusal.message

    def test_a_picture_without_a_label_is_refused_and_a_text_is_not(self, tmp_path: Path, build: Build) -> None:
        source = Names(form="names", patterns={"a": "^a", "b": "^b"})
        _write(tmp_path, "a1.png", "b1.png", "readme.txt")
        assert len(list_cases(tmp_path, build(source))) == 2
        _write(tmp_path, "c1.png")
        assert f"{tmp_path / 'c1.png'}: no label of the recipe fits" in _refused(tmp_path, build(source)).message


TABLE = CsvTable(form="table", file="labels.csv", path="path", labels=("label",), person="who")


class TestTable:
    def _table(self, folder: Path, text: str) -> None:
        (folder / "labels.csv").write_text(text, encoding="utf-8")

    @pytest.mark.parametrize(
        "text",
        [
            "path,label,who\n1.png,a,x\nsub/2.png,b,\n",
            "\ufeffwho;label;path\r\nx;a;1.png\r\n;b;sub\\2.png\r\n",
            'path\tlabel\twho\n"1.png"\ta\tx\n\t\t\nsub/2.png\tb\t\n',
        ],
    )
    def test_a_row_is_a_picture(self, tmp_path: Path, build: Build, text: str) -> None:
        _write(tmp_path, "1.png", "sub/2.png", "unlisted.png")
        self._table(tmp_path, text)
        cases = list_cases(tmp_path, build(TABLE))
        assert [(case.name, case.label, case.person) for case in cases] == [
            ("1.png", "a", "x"),
            ("sub/2.png", "b", "sub/2.png"),
        ]

    @pytest.mark.parametrize(
        ("rows", "line", "words"),
        [
            ("path,who\n1.png,x\n", 1, "there is no column label; the table has path, who"),
            ("", 1, "there is no column path, label, who; the table has none"),
            ("path,label,who\n1.png,c,x\n", 2, r"label: c is no label of the recipe (a, b)"),
            ("path,label,who\n1.png,,x\n", 2, "label: there is no label (a, b)"),
            ("path,label,who\n1.png,a,x\n../out.png,b,x\n", 3, "path leads out of the data folder"),
            ("path,label,who\n/etc/passwd,b,x\n", 2, "path leads out of the data folder"),
            ("path,label,who\nlink/out.png,b,x\n", 2, "path leads out of the data folder"),
            ("path,label,who\n,b,x\n", 2, "path is empty"),
            ("path,label,who\n1.png,a,x\n1.png,a,x\n", 3, "path: the picture stands in line 2 already"),
            ("path,label,who\n1.png,a,x\n1.png,b,x\n", 3, "path: the picture stands in line 2 already, there as a"),
            ("path,label,who\n1.png,a\n", 2, "2 cells, and the table has 3 columns"),
            ('path,label,who\n"1.png,a,x\n', 2, "this is no valid CSV"),
        ],
    )
    def test_a_fault_is_told_with_file_and_line(
        self, tmp_path: Path, build: Build, rows: str, line: int, words: str
    ) -> None:
        folder = tmp_path / "data"
        _write(folder, "1.png")
        _write(tmp_path, "out.png")
        os.symlink(tmp_path, folder / "link")
        self._table(folder, rows)
        refusal = _refused(folder, build(TABLE))
        assert refusal.code is TrainingCode.CASES
        assert refusal.message == f"{folder / 'labels.csv'}, line {line}: {words}."

    def test_all_faults_are_told_at_once_but_not_hundreds(self, tmp_path: Path, build: Build) -> None:
        self._table(tmp_path, "path,label,who\n" + "".join(f"{n}.png,z,x\n" for n in range(30)))
        lines = _refused(tmp_path, build(TABLE)).message.splitlines()
        assert len(lines) == 11
        assert lines[-1] == f"{tmp_path / 'labels.csv'}: 20 more lines are wrong."

    def test_a_table_that_is_not_there_or_no_text(self, tmp_path: Path, build: Build) -> None:
        assert _refused(tmp_path, build(TABLE)).code is Code.MISSING
        (tmp_path / "labels.csv").write_bytes(b"\xff\xfe\x00")
        assert "cannot be read as UTF-8" in _refused(tmp_path, build(TABLE)).message
        outside = TABLE.model_copy(update={"file": "../labels.csv"})
        assert "outside the data folder" in _refused(tmp_path, build(outside)).message

    def test_columns_of_flags_with_what_is_not_known(self, tmp_path: Path, build: Build) -> None:
        source = CsvTable(form="table", file="labels.csv", path="path", labels=("b", "a"))
        recipe = build(source, "a b", "multilabel")
        _write(tmp_path, "1.png", "2.png", "3.png")
        self._table(tmp_path, "path,a,b\n1.png,1,0\n2.png,,1\n3.png,0,0\n")
        cases = list_cases(tmp_path, recipe)
        assert _names(cases) == [("1.png", "a"), ("2.png", "b"), ("3.png", "")]
        assert np.array_equal(labels_and_targets(cases, recipe.task)[1], [[1, 0], [np.nan, 1], [0, 0]], equal_nan=True)
        self._table(tmp_path, "path,a,b\n1.png,1,-1\n")
        assert "line 2: b: -1 is neither 0 nor 1 nor empty" in _refused(tmp_path, recipe).message

    def test_flags_for_labels_that_exclude_each_other(self, tmp_path: Path, build: Build) -> None:
        source = CsvTable(form="table", file="labels.csv", path="path", labels=("x", "y"))
        _write(tmp_path, "1.png", "2.png")
        self._table(tmp_path, "path,x,y\n1.png,1,0\n2.png,0,1\n")
        assert [label for _, label in _names(list_cases(tmp_path, build(source)))] == ["a", "b"]
        self._table(tmp_path, "path,x,y\n1.png,1,1\n")
        wrong = f"{tmp_path / 'labels.csv'}, line 2: a and b cannot both be right."
        assert _refused(tmp_path, build(source)).message == wrong

    def test_a_file_that_a_row_names_and_that_is_not_there_is_skipped(self, tmp_path: Path, build: Build) -> None:
        _write(tmp_path, "1.png", "2.png")
        self._table(tmp_path, "path,label,who\n1.png,a,x\n2.png,b,y\ngone.png,b,z\n")
        recipe = build(TABLE)
        prepared = finish(prepare_cases(list_cases(tmp_path, recipe), recipe))
        assert [(row.path, row.code) for row in prepared.skipped] == [("gone.png", Code.MISSING)]

    def test_slices_of_one_volume(self, tmp_path: Path, build: Build) -> None:
        voxels = np.random.default_rng(0).integers(0, 1000, (20, 30, 7)).astype(np.int16)
        nibabel.save(nibabel.Nifti1Image(voxels, np.diag([2.0, 2.0, 3.0, 1.0])), tmp_path / "head.nii.gz")
        source = TABLE.model_copy(update={"slice": "index"})
        self._table(
            tmp_path,
            "path,index,label,who\nhead.nii.gz,0,a,\nhead.nii.gz,5,b,\nhead.nii.gz,,b,\nhead.nii.gz,9,b,\n",
        )
        recipe = build(source)
        cases = list_cases(tmp_path, recipe)
        assert [case.name for case in cases] == ["head.nii.gz#0", "head.nii.gz", "head.nii.gz#5", "head.nii.gz#9"]
        assert len({case.sha256 for case in cases}) == 4
        assert {case.person for case in cases} == {"head.nii.gz"}
        prepared = finish(prepare_cases(cases, recipe))
        assert [(row.path, row.code) for row in prepared.skipped] == [("head.nii.gz#9", Code.OUT_OF_RANGE)]
        alone = [read_slice(tmp_path / "head.nii.gz", index).values for index in (0, 3, 5)]
        assert not np.array_equal(alone[0], alone[2])
        assert len({tensor.tobytes() for tensor in prepared.tensors}) == 3
        self._table(tmp_path, "path,index,label,who\nhead.nii.gz,first,a,\n")
        assert "line 2: index: first is no slice number" in _refused(tmp_path, recipe).message


def test_every_format_is_read_by_the_viewers_own_readers(tmp_path: Path, build: Build) -> None:
    _write(tmp_path, "A/1.png")
    (tmp_path / "B").mkdir()
    for name in ("CT_small.dcm", "MR_small.dcm"):
        path = get_testdata_file(name, download=False)
        assert path
        (tmp_path / "B" / name).write_bytes(Path(path).read_bytes())
    voxels = np.random.default_rng(0).integers(0, 1000, (20, 30, 7)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / "B" / "head.nii")
    recipe = build(FOLDERS)
    prepared = finish(prepare_cases(list_cases(tmp_path, recipe), recipe))
    assert prepared.skipped == ()
    assert [case.name for case in prepared.cases] == ["A/1.png", "B/CT_small.dcm", "B/MR_small.dcm", "B/head.nii"]
    assert prepared.labels.tolist() == [0, 1, 1, 1]
    assert prepared.targets.tolist() == [[1, 0], [0, 1], [0, 1], [0, 1]]
    assert np.isfinite(prepared.tensors).all()
    assert all(tensor.std() > 0 for tensor in prepared.tensors)
