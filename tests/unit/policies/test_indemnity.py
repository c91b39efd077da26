"""Who bears what of a loss: the worked checks of the sources, both orders, every bound, and what comes back."""

from datetime import date
from decimal import Decimal

import pytest

from policies.domain.claim_lines import Attachment, TopUp
from policies.domain.indemnity import LostLine, Out, Used, indemnify, share_recovery

FIRST, END = date(2020, 6, 15), date(2020, 9, 15)


def D(text):
    return Decimal(text)


def top_up(limit, *, term=1, ratio="0.80", ceded="0.95", order="primary_first", year=""):
    return TopUp(
        term_id=term,
        first=FIRST,
        end=END,
        limit=D(limit),
        insured_ratio=D(ratio),
        ceded_ratio=D(ceded),
        loss_order=order,
        year_key=year,
    )


def lost(loss, *, primary="0", over=None, primary_ratio="0.90"):
    return LostLine(Attachment(D(primary), over), D(primary_ratio), D(loss))


def borne(indemnity):
    """Policyholder, insurer's primary, insurer's part of the top-up, reinsurer."""
    primary = sum(part.indemnity for part in indemnity.parts if part.layer == "primary")
    kept = sum(part.kept for part in indemnity.parts if part.layer == "top_up")
    return indemnity.uninsured, primary, kept, sum(part.ceded for part in indemnity.parts)


@pytest.mark.parametrize(
    ("limit", "indemnity", "kept", "ceded"),
    [
        ("100000.00", "80000.00", "4000.00", "76000.00"),  # grade 7 at home
        ("200000.00", "160000.00", "8000.00", "152000.00"),  # grade 6 at home
        ("500000.00", "400000.00", "20000.00", "380000.00"),  # Coface 5, export
    ],
)
def test_a_substitution_pays_as_the_worked_checks_say(limit, indemnity, kept, ceded):
    cut = indemnify([lost("600000.00", over=top_up(limit))])
    assert cut.amount == D(indemnity)
    assert borne(cut)[2:] == (D(kept), D(ceded))


@pytest.mark.parametrize(("limit", "second"), [("75000.00", "67500.00"), ("150000.00", "135000.00")])
def test_a_complement_pays_beside_its_primary_as_the_worked_checks_say(limit, second):
    over = top_up(limit, ratio="0.90", ceded="1")
    cut = indemnify([lost("400000.00", primary="150000.00", over=over)])
    assert [part.indemnity for part in cut.parts] == [D("135000.00"), D(second)]
    assert borne(cut)[2:] == (D(0), D(second))  # a complement is ceded whole


def test_primary_first_leaves_the_complement_what_passes_the_primary_limit():
    over = top_up("75000.00", ratio="0.90", ceded="1")
    small = indemnify([lost("120000.00", primary="150000.00", over=over)])
    assert [part.layer for part in small.parts] == ["primary"]
    larger = indemnify([lost("180000.00", primary="150000.00", over=over)])
    assert [(part.layer, part.loss) for part in larger.parts] == [("primary", D(150000)), ("top_up", D(30000))]


def test_pro_rata_splits_in_proportion_of_the_two_limits_and_only_changes_who_bears():
    over = top_up("75000.00", ratio="0.90", ceded="1", order="pro_rata")
    cut = indemnify([lost("120000.00", primary="150000.00", over=over)])
    assert [(part.layer, part.loss) for part in cut.parts] == [("primary", D(80000)), ("top_up", D(40000))]
    first = indemnify([lost("120000.00", primary="150000.00", over=top_up("75000.00", ratio="0.90", ceded="1"))])
    assert first.uninsured == cut.uninsured == D("12000.00")


def test_a_primary_that_was_resumed_does_not_indemnify_twice():
    """D-26: substitution of 100,000 runs on while the insurer has resumed 60,000 of its own."""
    cut = indemnify([lost("50000.00", primary="60000.00", over=top_up("100000.00"), primary_ratio="0.80")])
    assert cut.amount == D("40000.00")
    above = indemnify([lost("120000.00", primary="60000.00", over=top_up("100000.00"), primary_ratio="0.80")])
    assert above.amount == D("96000.00")


def test_a_limit_bounds_what_is_owed_at_any_moment_over_lines_and_terms():
    before, after = top_up("100000.00", term=1), top_up("40000.00", term=2)
    cut = indemnify([lost("30000.00", over=before), lost("30000.00", over=after)])
    # The second delivery found 30,000 of its limit of 40,000 used by the first.
    assert [(part.term_id, part.loss) for part in cut.parts] == [(1, D(30000)), (2, D(10000))]


def test_earlier_claims_have_used_the_limits():
    cut = indemnify([lost("90000.00", over=top_up("100000.00"))], used=Used(top_ups=D("40000.00")))
    assert [part.loss for part in cut.parts] == [D("60000.00")]


def test_the_disbursement_limit_stops_indemnities_gross_before_cession():
    over = top_up("200000.00", year="P1/2020")
    cut = indemnify([lost("200000.00", over=over)], rooms={"P1/2020": D("50000.00")})
    (part,) = cut.parts
    assert (part.due, part.indemnity, part.ceded) == (D("160000.00"), D("50000.00"), D("47500.00"))
    assert cut.held_back == D("110000.00")
    assert cut.uninsured == D("150000.00")
    nothing = indemnify([lost("200000.00", over=over)], rooms={"P1/2020": D("0.00")})
    assert nothing.amount == 0


def test_two_terms_of_one_policy_year_share_its_room():
    one, two = top_up("100000.00", term=1, year="y"), top_up("100000.00", term=2, year="y")
    cut = indemnify([lost("50000.00", over=one), lost("50000.00", over=two)], rooms={"y": D("60000.00")})
    assert [part.indemnity for part in cut.parts] == [D("40000.00"), D("20000.00")]


def test_a_line_without_cover_stays_with_the_policyholder():
    cut = indemnify([lost("10000.00"), lost("10000.00", over=top_up("100000.00"))])
    assert (cut.loss, cut.amount, cut.uninsured) == (D(20000), D(8000), D(12000))


def test_a_recovery_follows_what_each_paid():
    """D-42: a loss of 200,000, of which 135,000 by the primary and 45,000 by the complement."""
    back = share_recovery(D("20000.00"), Out(D("20000.00"), (D("135000.00"), D("45000.00"))))
    assert (back.uninsured, back.parts) == (D("2000.00"), (D("13500.00"), D("4500.00")))


def test_a_recovery_of_everything_gives_everybody_all():
    out = Out(D("0.01"), (D("0.03"), D("0.04")))
    assert share_recovery(D("0.08"), out) == out


@pytest.mark.parametrize("net", ["0.00", "100.01"])
def test_no_more_comes_back_than_is_out(net):
    with pytest.raises(ValueError, match="comes back"):
        share_recovery(D(net), Out(D("20.00"), (D("80.00"),)))
