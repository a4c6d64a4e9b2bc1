"""Sentences that remember what was put into them."""

import copy
import pickle

import pytest

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.workers.messages import pack_message, unpack_message


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (english("The file is empty."), "The file is empty."),
        (english("{n} of {all} slices", n=3, all=60), "3 of 60 slices"),
        (english("%n slice(s)", "", 1), "1 slice"),
        (english("%n slice(s)", "", 0), "0 slices"),
        (english("%n cop(y|ies) of {name}", "", 2, name="{x}"), "2 copies of {x}"),
        (english("{share:.1%} of it", share=0.25), "25.0% of it"),
        (english('It must be {"version": 1} (or so).'), 'It must be {"version": 1} (or so).'),
    ],
)
def test_it_is_the_sentence(made: str, said: str) -> None:
    assert made == said
    assert f"{made}" == str(made) == said


def test_it_survives_a_pipe_from_a_child_and_a_copy() -> None:
    text = english("{inner} in %n file(s)", "there", 2, inner=english("{n} lines", n=4))
    assert isinstance(text, Text)
    refusal = unpack_message(pack_message(Refusal(Code.HEADER, text)))
    for again in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text), refusal.message):
        assert again == text == "4 lines in 2 files"
        assert isinstance(again, Text)
        assert (again.template, again.comment, again.number) == (text.template, "there", 2)
        assert again.facts["inner"].facts == {"n": 4}
