import io
import json
import os
import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop.cli import run
from desktop.cli.commands.slices import write_npy, write_png
from desktop.cli.output import CommandOutcome, emit, run_job, warn
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Progress


def test_numbers_that_json_cannot_hold_are_null(capsys):
    emit(CommandOutcome({"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": -float("inf")}}), as_json=True)
    assert json.loads(capsys.readouterr().out) == {"version": 2, "a": None, "b": [None, 1.5], "c": {"d": None}}


@pytest.mark.parametrize(
    ("skipped", "error", "code"),
    [
        ((), None, 0),
        ((Skipped("a", Code.EMPTY, "The file is empty."),), None, 1),
        ((Skipped("a", Code.EMPTY, "The file is empty."),), Refusal(Code.EMPTY), 2),
    ],
)
def test_exit_codes(skipped, error, code, capsys):
    assert emit(CommandOutcome({}, skipped=skipped, error=error), as_json=True) == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (code > 0)


def test_a_file_name_that_the_terminal_cannot_write_does_not_end_in_a_traceback(monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    name = "caf\udce9-\udcff.dcm"
    skipped = (Skipped(name, Code.EMPTY, "The file is empty."),)
    assert emit(CommandOutcome({"path": name}, ["Größe 3 × 4"], skipped), as_json=False) == 1
    assert emit(CommandOutcome({"path": name}, skipped=skipped), as_json=True) == 1
    text = narrow.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert json.loads(text[text.index("{") :])["path"] == name


def test_a_long_list_of_skipped_files_is_cut_for_people_only(capsys):
    rows = [Skipped(str(number), Code.EMPTY, "The file is empty.") for number in range(50)]
    emit(CommandOutcome({}, skipped=rows), as_json=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert "30 more" in lines[-1]


def test_png_holds_the_frame_and_its_colours(tmp_path):
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    colour = np.zeros((2, 2, 3), dtype=np.uint8)
    colour[0, 0] = (255, 0, 0)
    write_png(tmp_path / "grey.png", grey)
    write_png(tmp_path / "colour.png", colour)
    assert np.array_equal(cv2.imread(str(tmp_path / "grey.png"), cv2.IMREAD_UNCHANGED), grey)
    assert cv2.imread(str(tmp_path / "colour.png"), cv2.IMREAD_UNCHANGED)[0, 0].tolist() == [0, 0, 255]


def test_npy_keeps_its_name_and_is_read_without_pickle(tmp_path):
    values = np.arange(6, dtype=np.float32).reshape(2, 3).T
    write_npy(tmp_path / "values", values)
    assert np.array_equal(np.load(tmp_path / "values", allow_pickle=False), values)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "out.npy"
    target.write_bytes(b"old")

    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(Refusal) as caught:
        write_whole(target, b"new")
    assert caught.value.code is Code.WRITE
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.npy"]


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "out.npy"
    link.symlink_to(tmp_path / "real" / "out.npy")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "out.npy").read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="no such devices on Windows")
@pytest.mark.parametrize("place", ["/dev/null", "", "nowhere/f.npy"])
def test_devices_folders_and_missing_folders_are_refused(place, tmp_path):
    with pytest.raises(Refusal) as caught:
        write_whole(tmp_path / place, b"new")
    assert caught.value.code is Code.WRITE
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits are POSIX's")
def test_files_get_the_permissions_that_the_person_s_mask_allows(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "f", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o640


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _job():
    for done in range(3):
        yield Progress("Reading slices", done + 1, 3)
    return "result"


def test_progress_is_drawn_on_a_terminal_only(monkeypatch):
    terminal, file = _Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run_job(_job()) == "result"
    monkeypatch.setattr(sys, "stderr", file)
    assert run_job(_job()) == "result"
    assert "Reading slices" in terminal.getvalue()
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ValueError("DOE^JANE 1970"), "E_INTERNAL"),
        (type("PanicException", (BaseException,), {})("DOE^JANE"), "E_INTERNAL"),
        (MemoryError("DOE^JANE"), "E_TOO_LARGE"),
        (RecursionError("DOE^JANE"), "E_INTERNAL"),
    ],
)
def test_whatever_a_library_raises_becomes_a_sentence_without_its_text(fault, code, monkeypatch, cli):
    def fails(*_: object) -> None:
        raise fault

    monkeypatch.setattr("desktop.cli.find_command", lambda _: fails)
    answer = cli("inspect", "x", "--json")
    assert answer.is_refused_with(code)
    assert answer.document["error"]["code"] == code
    assert "DOE" not in answer.out + answer.err


def test_what_libraries_print_warn_and_log_is_not_shown(monkeypatch, cli):
    import logging
    import warnings

    def noisy(*_: object) -> CommandOutcome:
        print("DOE^JANE printed")
        warnings.warn("DOE^JANE warned", stacklevel=1)
        logging.getLogger("pydicom").error("DOE^JANE logged")
        os.write(1, b"DOE^JANE from C\n")
        os.write(2, b"DOE^JANE from C\n")
        warn("A word of ours.")
        return CommandOutcome({"version": 1})

    monkeypatch.setattr("desktop.cli.find_command", lambda _: noisy)
    answer = cli("inspect", "x", "--json")
    assert answer.code == 0
    assert answer.document == {"version": 1}
    assert answer.err == "slicelens: A word of ours.\n"
    assert logging.root.manager.disable < logging.CRITICAL


def test_a_reader_that_goes_away_is_no_defect(monkeypatch):
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    assert run(["--help"]) == 2
