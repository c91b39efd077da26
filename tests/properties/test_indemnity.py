"""What holds for every loss: the cut sums exactly, nobody bears less than nothing, limits hold, order moves nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from policies.domain.claim_lines import Attachment, TopUp
from policies.domain.indemnity import LostLine, Out, Used, indemnify, share_recovery

CENT = Decimal("0.01")


def cents(largest):
    return st.integers(0, largest).map(lambda n: Decimal(n) / 100)


ratios = st.integers(1, 100).map(lambda n: Decimal(n) / 100)
top_ups = st.builds(
    TopUp,
    term_id=st.just(1),
    first=st.just(date(2020, 6, 15)),
    end=st.just(date(2020, 9, 15)),
    limit=cents(20_000_000).map(lambda limit: limit + 1000),
    insured_ratio=ratios,
    ceded_ratio=ratios,
    loss_order=st.sampled_from(["primary_first", "pro_rata"]),
    year_key=st.sampled_from(["", "year"]),
)


@st.composite
def losses(draw):
    """Lines under one to three terms of a policy and buyer, in the order of delivery, and a primary that moves."""
    terms = [replace(draw(top_ups), term_id=n) for n in range(1, draw(st.integers(1, 3)) + 1)]
    lines = []
    for term in terms:
        for amount in draw(st.lists(cents(15_000_000), min_size=1, max_size=3)):
            cover = draw(st.sampled_from([term, term, None]))
            primary = draw(cents(10_000_000))
            lines.append(LostLine(Attachment(primary, cover), draw(ratios), amount))
    return lines


rooms = st.none() | cents(10_000_000).map(lambda room: {"year": room})


@given(losses(), rooms)
def test_the_cut_sums_exactly_and_nobody_bears_less_than_nothing(lines, room):
    cut = indemnify(lines, rooms=room)
    assert cut.uninsured + sum(part.indemnity for part in cut.parts) == sum(line.loss for line in lines)
    assert cut.uninsured >= 0
    for part in cut.parts:
        assert 0 <= part.indemnity <= part.due
        assert 0 <= part.ceded <= part.indemnity
        assert part.kept + part.ceded == part.indemnity


@given(losses(), rooms)
def test_no_indemnity_passes_its_limit_at_its_ratio(lines, room):
    cut = indemnify(lines, rooms=room)
    behind = {line.attachment.top_up.term_id: line.attachment.top_up for line in lines if line.attachment.top_up}
    largest = max(line.attachment.primary_limit for line in lines)
    for part in cut.parts:
        limit, ratio = largest, max(line.primary_ratio for line in lines)
        if part.layer == "top_up":
            limit, ratio = behind[part.term_id].limit, behind[part.term_id].insured_ratio
        assert part.loss <= limit
        assert part.due < part.loss * ratio + CENT
    # Together never more than loss × ratio, to the exact fraction, nor than the largest top-up of them.
    best = max([line.primary_ratio for line in lines] + [one.insured_ratio for one in behind.values()])
    assert cut.amount <= sum(line.loss for line in lines) * best
    carried = sum(part.loss for part in cut.parts if part.layer == "top_up")
    assert carried <= max((one.limit for one in behind.values()), default=0)


@given(losses(), cents(10_000_000))
def test_the_disbursement_limit_holds_over_all_terms_and_binds_nothing_else(lines, room):
    cut = indemnify(lines, rooms={"year": room})
    free = indemnify(lines)
    assert sum(part.indemnity for part in cut.parts if part.year_key == "year") <= room
    assert cut.amount + cut.held_back == free.amount


@given(top_ups, cents(30_000_000), cents(20_000_000), ratios, st.builds(Used, cents(5_000_000), cents(5_000_000)))
def test_order_changes_only_who_bears(over, loss, primary, ratio, used):
    over = replace(over, insured_ratio=ratio)
    cuts = [
        indemnify(
            [LostLine(Attachment(primary, replace(over, loss_order=order)), ratio, loss)],
            used=used,
        )
        for order in ("primary_first", "pro_rata")
    ]
    assert cuts[0].uninsured == cuts[1].uninsured
    assert cuts[0].amount == cuts[1].amount
    assert sum(part.loss for part in cuts[0].parts) == sum(part.loss for part in cuts[1].parts)


@given(losses(), st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_recoveries_never_give_anybody_more_than_it_has_out(lines, percents):
    cut = indemnify(lines)
    out = Out(cut.uninsured, tuple(part.indemnity for part in cut.parts))
    for percent in percents:
        net = (out.whole * percent / 100).quantize(CENT)
        if not 0 < net <= out.whole:
            continue
        back = share_recovery(net, out)
        assert back.whole == net
        assert 0 <= back.uninsured <= out.uninsured
        assert all(0 <= part <= was for part, was in zip(back.parts, out.parts, strict=True))
        out = Out(
            out.uninsured - back.uninsured, tuple(was - part for was, part in zip(out.parts, back.parts, strict=True))
        )
