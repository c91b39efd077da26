"""Requests of every kind, whole or with facts missing, for properties of judging; the law is the shipped one."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from eligibility.domain import facts, law_files

BOOK = law_files.shipped_law_book()
INSURERS = ("euler-hermes", "coface", "axa-assurcredit", "groupama", "atradius")

amounts = st.integers(min_value=0, max_value=300_000_000_00).map(lambda cents: Decimal(cents) / 100)
small_amounts = st.integers(min_value=1, max_value=900_000_00).map(
    lambda cents: (Decimal(cents) / 100).quantize(Decimal("0.01"))
)
# Large enough that what is left of them is not always below the smallest grant.
fair_amounts = st.integers(min_value=5_000_00, max_value=900_000_00).map(
    lambda cents: (Decimal(cents) / 100).quantize(Decimal("0.01"))
)
ratios = st.integers(min_value=1, max_value=10_000).map(lambda parts: Decimal(parts) / 10_000)
maybe = lambda strategy: st.one_of(st.none(), strategy)  # noqa: E731
days = st.dates(min_value=date(2020, 4, 15), max_value=date(2022, 12, 31))


@st.composite
def requests(draw, *, kinds=("reduction", "partial_grant", "refusal", "cessation"), complete=False, day=days):
    sometimes = (lambda strategy: strategy) if complete else maybe
    sums = fair_amounts if complete else small_amounts
    today = draw(day)
    insurer, market, kind = (
        draw(st.sampled_from(INSURERS)),
        draw(st.sampled_from(("domestic", "export"))),
        draw(st.sampled_from(kinds)),
    )
    is_complement = kind in ("reduction", "partial_grant")
    law = BOOK.on(today)
    # Half of the grades of a whole request have a category, so that something can be granted.
    grades = st.sampled_from(law.scales[insurer])
    if complete:
        grades = st.one_of(grades, st.sampled_from(list(law.grids[insurer, market])))
    home = st.just("FR") if complete else st.sampled_from(("FR", "GP", "NC", "DE", "ZZ"))
    abroad = st.just("MA") if complete else st.sampled_from(("MA", "US", "KP", "DE", "FR"))
    return facts.Facts(
        day=today,
        insurer=insurer,
        market=market,
        trigger=facts.Trigger(kind=kind, notified_on=today - timedelta(days=draw(st.integers(0, 60)))),
        policyholder=facts.Policyholder(
            country="FR", turnover=draw(sometimes(amounts)), factor=False if complete else draw(maybe(st.booleans()))
        ),
        policy=facts.Policy(
            insured_ratio=draw(sometimes(ratios)),
            limits_set_by="insurer",
            disbursed_this_year=draw(sometimes(st.just(Decimal("0.00")))),
            currency="EUR",
        ),
        buyer=facts.Buyer(
            country=draw(home if market == "domestic" else abroad),
            created_on=draw(sometimes(st.dates(date(1990, 1, 1), date(2017, 1, 1)))),
            turnover=draw(sometimes(small_amounts)),
            balance_sheet=draw(sometimes(small_amounts)),
            headcount=draw(sometimes(st.integers(0, 4999))),
            grade=draw(sometimes(grades)),
            default_probability=draw(sometimes(st.just(Decimal("0.04")) if complete else ratios)),
            insolvent=False if complete else draw(maybe(st.booleans())),
            construction_subcontract=False,
        ),
        primary=facts.Primary(
            amount_before=draw(sometimes(sums)),
            amount=draw(sums) if is_complement else Decimal("0.00"),
        ),
        requested_total=draw(sometimes(sums)),
        sale=facts.Sale(
            payment_days=draw(st.sampled_from((0, 30, 60, 360, 361)) if complete else st.integers(0, 400)),
            french_share=draw(st.sampled_from(("0.1999", "0.20", "0.45", "1")).map(Decimal) if complete else ratios),
            currency="EUR",
        ),
        readings={"fixed_maximum_2021": "doubled"} if complete and draw(st.booleans()) else {},
        capacity=facts.Capacity(free=draw(maybe(st.one_of(fair_amounts, amounts) if complete else amounts))),
    )
