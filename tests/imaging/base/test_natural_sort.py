"""Names in the order a person counts."""

from imaging.base.natural_sort import natural_key


def test_names_sort_as_a_person_counts() -> None:
    names = ["b/1", "a/10", "a/9", "A/2", "a/img2.png", "a/img10.png", "a/img010.png", "a", "a/" + "9" * 5000, "a/²"]
    ordered = sorted(names, key=natural_key)
    assert ordered.index("a/9") < ordered.index("a/10") < ordered.index("a/" + "9" * 5000)
    assert ordered.index("a/img2.png") < ordered.index("a/img010.png") < ordered.index("b/1")
    assert ordered.index("A/2") < ordered.index("a/9")
    names.reverse()
    assert ordered == sorted(names, key=natural_key)
