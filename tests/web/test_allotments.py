"""Parts of the envelopes on screen: the operator sets one, everybody with the envelopes reads his own."""

from decimal import Decimal

import pytest

from capweb.accounts.acting import acting_as_platform
from reinsurance.models import Treaty
from tests.books import open_books
from tests.visitors import signed_in, text_of

PAGE = "/envelopes/parts"


@pytest.fixture
def treaty(committed, cast):
    open_books(cast, domestic=Decimal("1000000.00"))
    with acting_as_platform() as alias:
        return (
            Treaty.objects.using(alias)
            .get(insurer__code="euler-hermes", kind="substitution", market="domestic")
            .public_id
        )


def set_part(treaty, amount, *, who="operator"):
    return signed_in(who).post(PAGE, {"treaty": treaty, "amount": amount, "reference": "Lettre de la CCR"}, follow=True)


def test_the_operator_reserves_a_part_and_gives_it_back(treaty):
    assert "400 000,00 €" in text_of(set_part(treaty, "400000,00")).replace("\u202f", " ").replace("\u00a0", " ")
    seen_by_the_insurer = text_of(signed_in("accountant").get(PAGE)).replace("\u202f", " ").replace("\u00a0", " ")
    assert "400 000,00 €" in seen_by_the_insurer
    assert "Lettre de la CCR" not in text_of(signed_in("other insurer").get(PAGE))
    assert "400 000,00 €" not in text_of(set_part(treaty, "")).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("amount", ["0", "-5", "1000000,01", "beaucoup", "0,001"])
def test_what_cannot_be_reserved_is_told_at_the_field(treaty, amount):
    answer = set_part(treaty, amount)
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]


@pytest.mark.parametrize("who", ["accountant", "administrator", "reinsurer", "senior underwriter"])
def test_nobody_else_reserves(treaty, who):
    assert set_part(treaty, "1", who=who).status_code == 403
