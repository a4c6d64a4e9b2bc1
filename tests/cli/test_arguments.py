import pytest

from desktop.cli.parser import COMMANDS, ClassifyRequest, RenderRequest, SliceRequest, parse_command
from imaging.base.errors import Refusal

PAGES = [*COMMANDS, "model check"]


def request_of(*argv: str) -> object:
    return parse_command(argv)[1]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_has_a_page_with_its_options_and_the_notice(page, cli):
    answer = cli(*page.split(), "--help")
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith(f"usage: slicelens {page}")
    assert "Research use only. Not for diagnosis." in answer.out


def test_the_first_page_names_every_command_and_the_exit_codes(cli):
    answer = cli("--help")
    assert all(f"\n    {command}" in answer.out for command in COMMANDS)
    assert "0 done" in answer.out
    assert "Research use only. Not for diagnosis." in answer.out


def test_version_is_one_line(cli):
    answer = cli("--version")
    assert answer.code == 0
    assert answer.out.startswith("slicelens ")
    assert answer.out.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "command"),
        (["bogus"], "bogus"),
        (["batch", "folder"], "batch"),
        (["inspect"], "PATH"),
        (["inspect", "x", "--jso"], "--jso"),
        (["inspect", ""], "empty"),
        (["render", "x"], "--out"),
        (["render", "x", "--out", "f.png", "--plane", "top"], "top"),
        (["render", "x", "--out", "f.png", "--slice", "all"], "all"),
        (["render", "x", "--out", "f.png", "--slice", "1.5"], "1.5"),
        (["render", "x", "--out", "f.png", "--series", "one"], "one"),
        (["render", "x", "--out", "f.png", "--window", "40"], "40"),
        (["render", "x", "--out", "f.png", "--window", "40,400,1"], "40,400,1"),
        (["render", "x", "--out", "f.png", "--window", "40,0"], "greater than 0"),
        (["render", "x", "--out", "f.png", "--window", "40,-3"], "greater than 0"),
        (["render", "x", "--out", "f.png", "--window", "nan,400"], "nan,400"),
        (["render", "x", "--out", "f.png", "--window", "0,inf"], "0,inf"),
        (["values", "x", "--out", "f.npy", "--window", "40,400"], "--window"),
        (["values", "x", "y", "--out", "f.npy"], "y"),
        (["model"], "ACTION"),
        (["model", "check"], "BUNDLE"),
        (["models", "extra"], "extra"),
        (["classify", "x"], "--model"),
        (["classify", "--model", "m"], "PATH"),
        (["classify", "x", "--model", "m", "--slice", "every"], "every"),
    ],
)
def test_a_wrong_argument_gets_one_sentence_that_names_it(argv, says, cli):
    answer = cli(*argv)
    assert answer.is_refused_with("E_ARGUMENT")
    assert len(answer.err.splitlines()) == 1
    assert says.lower() in answer.err.lower()
    assert answer.out == ""


def test_a_wrong_argument_with_json_is_one_document_too(cli):
    answer = cli("classify", "x", "--json")
    assert answer.is_refused_with("E_ARGUMENT")
    assert answer.document["error"]["code"] == "E_ARGUMENT"
    assert answer.document["results"] == []
    assert answer.document["notice"] == "Research use only. Not for diagnosis."


def test_defaults_of_a_slice():
    request = request_of("values", "x", "--out", "f.npy")
    assert isinstance(request, SliceRequest)
    assert (request.series, request.slice, request.phase, request.plane) == (0, "middle", 0, "acquired")


@pytest.mark.parametrize(
    ("words", "window"),
    [
        (["--window", "40,400"], (40.0, 400.0)),
        (["--window", "-600,1500"], (-600.0, 1500.0)),
        (["--window=-600,1500"], (-600.0, 1500.0)),
        (["--window", "-.5,0.25"], (-0.5, 0.25)),
        (["--window", "1e3, 2e3"], (1000.0, 2000.0)),
    ],
)
def test_windows_with_any_sign(words, window):
    request = request_of("render", "x", "--out", "f.png", *words)
    assert isinstance(request, RenderRequest)
    assert request.window == window


@pytest.mark.parametrize(("text", "choice"), [("3", 3), ("-1", -1), ("middle", "middle"), ("all", "all")])
def test_slices_to_classify(text, choice):
    request = request_of("classify", "a", "b", "--model", "m", "--slice", text)
    assert isinstance(request, ClassifyRequest)
    assert request.slice == choice
    assert len(request.paths) == 2
    assert request.series is None


def test_parse_raises_a_refusal_and_never_ends_the_interpreter():
    with pytest.raises(Refusal):
        parse_command(["render"])
