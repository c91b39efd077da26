"""What the policyholder is told of its claims, dossiers and renewals: each event once, with figures (E12 to E29)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.accounts.models import Organisation
from policies.commands.handle_exceptions import (
    AuthorityDecision,
    ExceptionWish,
    decide_exceptions,
    open_exceptions,
    pass_on_exceptions,
    send_exceptions,
)
from policies.commands.handle_mediations import MediationAnswer, Referral, answer_mediations, open_mediations
from policies.commands.open_night import open_night
from policies.commands.record_recoveries import GivenRecovery, record_recoveries
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.review_buyers import review_buyers
from policies.commands.settle_claims import Settlement, settle_claims
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from policies.models import Message
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.claim import DisbursementOpening
from tests import factories as make
from tests.cast import OPENING_DAY, Cast
from tests.claims import DECLARED, NOON, PAID, Covered, covered, declared, invoice, lost
from tests.handed_in import asked
from tests.messages import House, house


@pytest.fixture(scope="module")
def ours(committed_once: None) -> House:
    return house(Cast({row.code: row for row in Organisation.objects.all()}))


def client(ours: House) -> make.Client:
    return make.client(ours.underwriter, broker_id=ours.broker.organisation_id)


def told(ours: House, who: make.Client, *, on: date) -> list[tuple[str, str]]:
    """Template and text of what was written under this client's policy, oldest first; written once."""
    ours.pumped(on=on)
    assert ours.pumped(on=on) == 0
    with acting(ours.underwriter):
        rows = Message.objects.filter(policy_id=who.policy_id).order_by("pk")
        return [
            (row.template, f"{row.subject}\n{row.body}".replace("\u202f", " ").replace("\u00a0", " ")) for row in rows
        ]


def test_a_claim_is_told_from_the_overdue_to_what_comes_back(ours):
    cover = covered(ours.underwriter, who=client(ours))
    claim = declared(ours.underwriter, cover, invoice("90000.00")).claim
    lost(ours.underwriter, claim)
    rita = ours.cast.actor(role="reinsurance_accountant")
    with acting(rita):
        settle_claims(rita, [Settlement(claim=claim, paid_on=PAID)], on=PAID)
        back = GivenRecovery(source_reference="r-told", claim=claim, received_on=PAID, amount=Decimal(9_000))
        record_recoveries(rita, [back], on=PAID)
    texts = dict(told(ours, cover.who, on=PAID))
    assert list(texts)[2:] == ["claim_declared", "loss_fixed", "claim_indemnified", "claim_recovered"]
    assert "(1 facture)" in texts["claim_declared"]
    assert "à 90 000 €" in texts["loss_fixed"]
    assert "72 000 €" in texts["loss_fixed"]
    assert "de 72 000 €" in texts["claim_indemnified"]
    assert "9 000 €" in texts["claim_recovered"]
    # A tenth of the loss and more was the policyholder's own: 18,000 of 90,000.
    assert "1 800 € vous reviennent" in texts["claim_recovered"]
    assert claim in texts["loss_fixed"]


def test_the_payment_that_passes_four_fifths_of_the_years_limit_is_told_and_the_next_is_not(ours):
    who = client(ours)
    covers = [covered(ours.underwriter, who=who) for _ in range(3)]
    rita = ours.cast.actor(role="reinsurance_accountant")
    opening = DisbursementOpening(
        policy_number=who.policy_number, market="domestic", first_day=date(2020, 1, 1), end_day=date(2021, 1, 1),
        limit_amount=Decimal("200000.00"), reference="a limit of this test",
    )  # fmt: skip
    with acting(rita):
        open_disbursement_years(rita, [opening], on=DECLARED)
    paid = []
    for cover in covers:
        claim = declared(ours.underwriter, cover, invoice("100000.00")).claim
        lost(ours.underwriter, claim)
        with acting(rita):
            settle_claims(rita, [Settlement(claim=claim, paid_on=PAID)], on=PAID)
        paid.append([text for template, text in told(ours, who, on=PAID) if template == "disbursement_nearly_used"])
    # 80,000 of 200,000, then 160,000: exactly four fifths; then 200,000, and the rest is held back.
    assert [len(texts) for texts in paid] == [0, 1, 1]
    assert "160 000 €, pour une limite de décaissement de 200 000 €" in paid[1][0]
    last = [text for template, text in told(ours, who, on=PAID) if template == "claim_indemnified"][-1]
    assert "retient 40 000 €" in last


@pytest.mark.parametrize(
    ("changed", "said"), [(False, "maintenons notre décision"), (True, "jugé votre demande à nouveau")]
)
def test_the_answer_to_the_mediator_is_told(ours, changed, said):
    who, whom = client(ours), make.buyer(ours.underwriter, grade="9")
    make.notice(ours.underwriter, who, whom)
    row = asked(ours.underwriter, make.row_for(who, whom))
    referral = Referral(request=row.request or "", referred_on=OPENING_DAY, reason="commandes en cours")
    (dossier,) = open_mediations(ours.underwriter, [referral], on=OPENING_DAY)
    answer = MediationAnswer(dossier=dossier, changed=changed, answer="Bilan 2019 examiné.")
    answer_mediations(ours.underwriter, [answer], on=OPENING_DAY)
    (text,) = [text for template, text in told(ours, who, on=OPENING_DAY) if template == "mediation_answered"]
    assert said in text
    assert "Notre réponse : Bilan 2019 examiné." in text


@pytest.mark.parametrize(("favourable", "said"), [(True, "à hauteur de 60 000 €"), (False, "n’a pas été accordée")])
def test_an_exception_is_told_when_it_is_asked_for_and_when_it_is_decided(ours, favourable, said):
    elise, serge = (make.person(ours.underwriter, role) for role in ("underwriter", "senior_underwriter"))
    who, whom = client(ours), make.buyer(ours.underwriter)
    make.notice(ours.underwriter, who, whom, decision="reduction", before="400000", amount="150000")
    row = asked(ours.underwriter, make.row_for(who, whom, total="400000"))
    wish = ExceptionWish(
        request=row.request or "", kind="above_parity", reason="commande", asked_amount=Decimal(60_000)
    )
    (dossier,) = open_exceptions(elise, [wish], on=OPENING_DAY)
    send_exceptions(elise, [dossier], on=OPENING_DAY)
    pass_on_exceptions(elise, [dossier], on=OPENING_DAY)
    decision = AuthorityDecision(
        dossier=dossier, favourable=favourable, reference="L-1", granted_on=OPENING_DAY, amount=Decimal(60_000)
    )
    decide_exceptions(serge, [decision], on=OPENING_DAY)
    texts = [text for template, text in told(ours, who, on=OPENING_DAY) if template.startswith("exception")]
    assert len(texts) == 2
    assert "pour 60 000 €" in texts[0]
    assert said in texts[1]


def test_a_buyer_rated_out_of_the_window_is_told_once_and_says_that_the_term_runs_on(ours):
    cover = covered(ours.underwriter, who=client(ours))
    make.rated(ours.underwriter, cover.whom, on=OPENING_DAY, grade="9")
    for _ in range(2):
        review_buyers(ours.underwriter, on=OPENING_DAY + timedelta(days=1), at=NOON)
    texts = [text for template, text in told(ours, cover.who, on=OPENING_DAY) if template == "rated_out"]
    assert len(texts) == 1
    assert "court jusqu’à son terme : du 15/06/2020" in texts[0]
    assert "ni renouvelée ni augmentée" in texts[0]


def test_a_guarantee_ended_on_request_is_told_as_that(ours):
    cover: Covered = covered(ours.underwriter, who=client(ours))
    serge = make.person(ours.underwriter, "senior_underwriter")
    withdraw_guarantees(serge, [Withdrawal(cover.guarantee, "plus besoin")], on=OPENING_DAY, at=NOON)
    (ended,) = [text for template, text in told(ours, cover.who, on=OPENING_DAY) if template == "guarantee_ended"]
    assert "Elle prend fin à votre demande." in ended


def test_a_renewal_refused_is_told_once_and_its_end_not_again(ours):
    cover = covered(ours.underwriter, who=client(ours))
    ask_for_renewals(ours.underwriter, [cover.guarantee], on=OPENING_DAY)
    make.rated(ours.underwriter, cover.whom, on=date(2020, 9, 1), grade="9")
    end = date(2020, 9, 15)
    open_night(end - timedelta(days=1), at=NOON)
    open_night(end, at=NOON)
    templates = [template for template, _text in told(ours, cover.who, on=end)]
    assert templates[-1] == "renewal_refused"
    assert "guarantee_lapsed" not in templates
