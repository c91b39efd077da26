"""YAML is read with lines and strictly: no float, alias, double key or hostile nesting; Norway is a country."""

from datetime import date

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import marked_yaml


def refusal(text):
    with pytest.raises(FieldErrors) as raised:
        marked_yaml.read(text)
    return raised.value.errors[0]


def test_values_are_plain_and_their_lines_known():
    (document,) = marked_yaml.read(
        'day: 2020-06-15\nbuyer:\n  country: NO\n  headcount: 12\n  grade: "7"\n  insolvent: false\n'
    )
    assert document.data == {
        "day": date(2020, 6, 15),
        "buyer": {"country": "NO", "headcount": 12, "grade": "7", "insolvent": False},
    }
    assert document.line(("buyer", "headcount")) == 4
    assert document.line(("buyer", "created_on")) == 2
    assert document.part("buyer").line(("grade",)) == 5


@pytest.mark.parametrize("text", ["1.5", ".5", "1e5", "5.", "-0.1", ".inf", "12e03"])
def test_a_float_is_refused_by_line(text):
    error = refusal(f"day: 2020-06-15\namount: {text}\n")
    assert (error.line, error.field, error.code) == (2, "amount", "float")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2", "duplicate_key"),
        ("a: &x [1]\nb: *x", "alias"),
        ("a: 010", "number"),
        ("a: 1_000", "number"),
        ("a: 2020-02-30", "day"),
        ("a: !!python/object:os.system x", "tag"),
        ("? [a]\n: 1", "key"),
        ("a: [", "not_yaml"),
        ("a: \x00", "not_yaml"),
        ("[" * 200_000, "depth"),
        ("{a: " * 100_000, "depth"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, code):
    assert refusal(text).code == code


def test_json_is_read_as_it_is():
    (document,) = marked_yaml.read('{"a":\t1, "b": ["x\\/y", null, true]}')
    assert document.data == {"a": 1, "b": ["x/y", None, True]}


def test_several_documents_are_all_read():
    assert [document.data for document in marked_yaml.read("---\na: 1\n---\nb: 2\n")] == [{"a": 1}, {"b": 2}]
