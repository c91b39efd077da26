"""One mutant of every law file is caught, or stands in the written list of survivors; `make mutants` runs them all."""

import random

import pytest

from capweb.kernel.errors import FieldErrors
from eligibility.domain import law_files, marked_yaml
from tests.mutations.killing import Judge, is_same_law
from tests.mutations.known import known_survivors
from tests.mutations.law_texts import shipped
from tests.mutations.mutants import mutants_of, written

LAW = shipped()


@pytest.fixture(scope="module")
def judge():
    return Judge()


@pytest.mark.parametrize("file", LAW.texts)
def test_altering_this_file_makes_a_named_case_fail(judge, file):
    """The same mutant every time: chosen by the file's name."""
    chosen = random.Random(file).choice(list(mutants_of(file, LAW.texts[file])))
    fate = judge.fate(chosen)
    assert not fate.survives or chosen.key in known_survivors(), f"nothing notices {chosen}"


@pytest.mark.parametrize("file", LAW.texts)
def test_deleting_this_file_makes_a_named_case_fail(judge, file):
    deleted = next(mutant for mutant in mutants_of(file, LAW.texts[file]) if mutant.text is None)
    says_nothing = file in LAW.tables and not any(
        getattr(LAW.tables[file], kind) for kind in LAW.tables[file].__slots__
    )
    assert judge.fate(deleted).named or says_nothing, f"nothing notices that {file} is gone"


def test_every_listed_survivor_is_a_mutant_that_exists():
    files = {key.partition(":")[0] for key in known_survivors()}
    exist = {mutant.key for file in files for mutant in mutants_of(file, LAW.texts[file])}
    assert set(known_survivors()) <= exist


def test_an_unaltered_file_written_again_is_the_same_law(judge):
    """Else every mutant could be caught by the way in which it is written."""
    for file, text in LAW.texts.items():
        assert is_same_law(LAW.book(), LAW.book_with(file, written(marked_yaml.read(text)[0].data))), file


def test_the_book_of_the_texts_is_the_shipped_book():
    assert is_same_law(LAW.book(), law_files.shipped_law_book())


def test_a_text_that_the_schema_refuses_makes_no_book():
    file = "scheme/term/length.yaml"
    with pytest.raises(FieldErrors, match="reference"):
        LAW.book_with(file, LAW.texts[file].replace("reference", "proof"))
