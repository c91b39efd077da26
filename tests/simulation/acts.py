"""What people and feeds may do: each act draws from the seed what it wants, then does it by the product's commands.

An act answers with what it is about and the work itself. The work draws nothing, so that it can be done again: by an
impatient client, or after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.cancel_requests import cancel_requests
from policies.commands.change_buyer_limits import (
    LimitNotice,
    RatingNotice,
    change_buyer_limits,
    record_buyer_ratings,
)
from policies.commands.handle_mediations import MediationAnswer, Referral, answer_mediations, open_mediations
from policies.commands.opt_out import NoTopUps, opt_out
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.settle_referred import Settlement, judge_again, settle_referred
from policies.commands.settle_renewals import RenewalAnswer, confirm_renewal_answers, propose_renewal_answers
from policies.commands.submit_limit_requests import submit_file, submit_request
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from tests import factories as make
from tests.simulation.claims import ClaimActs
from tests.simulation.reading import rows
from tests.simulation.world import House

Work = Callable[[], object]
Act = tuple[str, Work]
TOTALS = ("20000", "50000", "80000", "150000", "300000.50")
GRADES = {"euler-hermes": ("5", "6", "7", "8", "9"), "coface": ("2", "3", "4", "5", "6")}
# The best category, the lower one, by an underwriter only, out of the window.
WORSE_GRADES = {"euler-hermes": ("6", "7", "7", "7", "8", "9", "9"), "coface": ("5", "4", "3", "3", "2", "1", "1")}


class Acts(ClaimActs):
    """The acts of one seed, with what was handed in before, so that it can be handed in again."""

    def __init__(self, seed: Random, operator: PlatformActor) -> None:
        self.seed, self.operator = seed, operator
        self.files: list[tuple[House, bool, bytes]] = []
        self.singles: list[tuple[House, Any, str]] = []
        self.notices: list[tuple[House, LimitNotice]] = []
        self.serial = 0

    def any(self, house: House, on: date) -> Act | None:
        """One act of the house on a day; None when there is nothing to do it to."""
        names = list(WEIGHTS)
        (name,) = self.seed.choices(names, weights=[WEIGHTS[one] for one in names])
        act: Act | None = getattr(self, name)(house, on)
        return act

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def _some(self, found: Sequence[Any], most: int) -> list[Any]:
        return self.seed.sample(list(found), min(len(found), self.seed.randint(1, most)))

    # -- what every seed begins with ------------------------------------------------------------------------------

    def first_limits(self, house: House, on: date) -> Act:
        pairs = [(who, whom) for who in house.clients for whom in house.buyers]
        some = [
            self._limit_on(house, who, whom, self.seed.choice(("refusal", "refusal", "cessation", "partial_grant")), on)
            for who, whom in self.seed.sample(pairs, self.seed.randint(4, 7))
        ]
        self.notices += [(house, one) for one in some]
        return f"{house.code} first limits {[one.decision for one in some]}", lambda: change_buyer_limits(
            house.underwriter, some, on=on
        )

    def first_file(self, house: House, on: date) -> Act:
        lines = [self._row_of(house, one) for owner, one in self.notices if owner is house]
        content = make.csv_of(lines)
        self.files.append((house, False, content))
        told = f"{house.code} a file of {len(lines)}"
        return told, lambda: submit_file(house.underwriter, content, file_name="x.csv", media_type="text/csv", on=on)

    def first_answers(self, house: House, on: date) -> Act:
        found = rows(
            "SELECT id, public_id FROM policies_offer WHERE insurer_id = %s AND status = 'live' ORDER BY id",
            house.insurer_id,
        )
        taken = [one for one in found if self.seed.random() < 0.8]
        return f"{house.code} accepts offers {[number for number, _ in taken]}", lambda: [
            f"{a.outcome} {a.code}"
            for a in accept_offers(house.underwriter, [name for _, name in taken], on=on, at=noon(on))
        ]

    # -- requests --------------------------------------------------------------------------------------------------

    def file(self, house: House, on: date) -> Act:
        if self.files and self.seed.random() < 0.2:
            given, by_broker, content = self.seed.choice(self.files)
            told = f"{given.code} the same file again"
        else:
            given, by_broker = house, self.seed.random() < 0.4
            lines = [self._row(house) for _ in range(self.seed.randint(2, 6))]
            content = make.csv_of(lines)
            self.files.append((given, by_broker, content))
            told = f"{given.code} a file of {len(lines)}{' by the broker' if by_broker else ''}"
        actor = given.broker if by_broker else given.underwriter
        return told, lambda: submit_file(actor, content, file_name="x.csv", media_type="text/csv", on=on)

    def single(self, house: House, on: date) -> Act:
        if self.singles and self.seed.random() < 0.3:
            given, row, key = self.seed.choice(self.singles)
            told = f"{given.code} one request again, key {key}"
        else:
            given, row, key = house, self._row(house), f"key-{self._next()}"
            self.singles.append((given, row, key))
            told = f"{given.code} one request, key {key}"
        return told, lambda: submit_request(given.underwriter, row, key=key, on=on)

    def _row(self, house: House) -> Any:
        known = [one for owner, one in self.notices if owner is house]
        if known and self.seed.random() < 0.8:
            # Whose limit was decided asks for a top-up.
            return self._row_of(house, self.seed.choice(known))
        who, whom = self.seed.choice(house.clients), self.seed.choice(house.buyers)
        return make.row_for(who, whom, total=self.seed.choice(TOTALS), reference=f"r{self._next()}")

    def _row_of(self, house: House, notice: LimitNotice) -> Any:
        who = next(one for one in house.clients if one.policy_number == notice.policy_number)
        whom = next(one for one in house.buyers if one.identifier == notice.buyer_identifier)
        return make.row_for(who, whom, total=self.seed.choice(TOTALS), reference=f"r{self._next()}")

    def cancel(self, house: House, on: date) -> Act | None:
        found = rows(
            "SELECT id, public_id FROM policies_limitrequest WHERE insurer_id = %s ORDER BY id", house.insurer_id
        )
        if not found:
            return None
        some = self._some(found, 2)
        told = f"{house.code} cancels requests {[one[0] for one in some]}"
        return told, lambda: [
            f"{one.outcome} {one.code}" for one in cancel_requests(house.underwriter, [one[1] for one in some], on=on)
        ]

    def settle(self, house: House, on: date) -> Act | None:
        found = rows(
            "SELECT id, public_id, requested_total FROM policies_limitrequest WHERE insurer_id = %s "
            "AND status = 'referred' ORDER BY id",
            house.insurer_id,
        )
        if not found:
            return None
        number, name, total = self.seed.choice(found)
        approve, again = self.seed.random() < 0.7, self.seed.random() < 0.3
        if again:
            return f"{house.code} judges request {number} again", lambda: _one(judge_again(house.senior, [name], on=on))
        settled = Settlement(
            request=name, approve=approve, reason="vu", amount=min(total, Decimal(30000)) if approve else None
        )
        told = f"{house.code} {'approves' if approve else 'turns down'} request {number}"
        return told, lambda: _one([settle_referred(house.senior, settled, on=on)])

    # -- offers ----------------------------------------------------------------------------------------------------

    def accept(self, house: House, on: date) -> Act | None:
        return self._answer(house, on, "accepts")

    def decline(self, house: House, on: date) -> Act | None:
        return self._answer(house, on, "declines")

    def _answer(self, house: House, on: date, verb: str) -> Act | None:
        # Mostly those that wait for an answer; also those that were answered, or have expired.
        only = "AND status = 'live'" if self.seed.random() < 0.75 else ""
        found = rows(
            f"SELECT id, public_id FROM policies_offer WHERE insurer_id = %s {only} ORDER BY id", house.insurer_id
        )
        if not found:
            return None
        some = self._some(found, 4)
        actor = self.seed.choice((house.underwriter, house.underwriter, house.broker))
        names = [name for _, name in some]
        told = f"{house.code} {actor.role} {verb} offers {[number for number, _ in some]}"
        if verb == "accepts":
            return told, lambda: [f"{a.outcome} {a.code}" for a in accept_offers(actor, names, on=on, at=noon(on))]
        return told, lambda: [f"{a.outcome} {a.code}" for a in decline_offers(actor, names, on=on)]

    # -- feeds -----------------------------------------------------------------------------------------------------

    def limit(self, house: House, on: date) -> Act:
        """The insurer's decisions on its own limits: late, ahead, out of order, twice."""
        again = [one for owner, one in self.notices if owner is house]
        if again and self.seed.random() < 0.25:
            some = self._some(again, 3)
        else:
            some = [self._limit(house, on) for _ in range(self.seed.randint(2, 5))]
            self.notices += [(house, one) for one in some]
        told = f"{house.code} limits " + "; ".join(
            f"{one.source_reference} {one.decision} {one.amount} from {one.effective_on}" for one in some
        )
        return told, lambda: change_buyer_limits(house.underwriter, some, on=on)

    def _limit(self, house: House, on: date) -> LimitNotice:
        who, whom = self.seed.choice(house.clients), self.seed.choice(house.buyers)
        decision = self.seed.choice(
            ("refusal", "refusal", "reduction", "reduction", "cessation", "partial_grant", "grant")
        )
        return self._limit_on(house, who, whom, decision, on)

    def _limit_on(self, house: House, who: make.Client, whom: make.Known, decision: str, on: date) -> LimitNotice:
        before = Decimal(self.seed.choice(("100000", "200000", "60000")))
        after = {"reduction": before / 2, "partial_grant": before / 4, "grant": before}.get(decision, Decimal(0))
        notified = on - timedelta(days=self.seed.choice((0, 0, 1, 7)))
        return LimitNotice(
            source_reference=f"lim-{house.code}-{self._next()}",
            policy_number=who.policy_number,
            buyer_country=whom.country,
            buyer_identifier=whom.identifier,
            decision=decision,
            amount_before=before if decision != "refusal" else Decimal(0),
            amount=after,
            notified_on=notified,
            effective_on=notified + timedelta(days=self.seed.choice((0, 0, 0, 3, 30))),
            requested_amount=before if decision == "partial_grant" else None,
        )

    def rating(self, house: House, on: date) -> Act:
        whom = self.seed.choice(house.buyers)
        notice = RatingNotice(
            source_reference=f"rat-{house.code}-{self._next()}",
            buyer_country=whom.country,
            buyer_identifier=whom.identifier,
            effective_on=on + timedelta(days=self.seed.choice((-20, 0, 0, 4))),
            grade=self.seed.choice(GRADES[house.code]),
            default_probability=Decimal(self.seed.choice(("0.01", "0.03", "0.04", "0.055", "0.08"))),
            is_insolvent=self.seed.random() < 0.12,
        )
        told = f"{house.code} buyer {whom.id} rated {notice.grade} {notice.default_probability}"
        told += f"{' insolvent' if notice.is_insolvent else ''} from {notice.effective_on}"
        return told, lambda: record_buyer_ratings(house.underwriter, [notice], on=on)

    def wrong_rating(self, house: House, on: date) -> Act | None:
        """What was true of a buyer as a guarantee on it was granted, and is learned today: mostly worse (D-39)."""
        found = rows(
            "SELECT t.id, b.id, b.country, b.identifier, least(t.granted_first, t.booked_on) "
            "FROM policies_guaranteeterm t JOIN policies_buyer b ON b.id = t.buyer_id "
            "WHERE t.insurer_id = %s AND t.booked_on < %s ORDER BY t.id",
            house.insurer_id, on,
        )  # fmt: skip
        if not found:
            return None
        term, buyer, country, identifier, granted_on = self.seed.choice(found)
        was = RatingNotice(
            source_reference=f"rat-{house.code}-{self._next()}",
            buyer_country=country,
            buyer_identifier=identifier,
            effective_on=granted_on - timedelta(days=self.seed.choice((0, 0, 1, 40))),
            grade=self.seed.choice(WORSE_GRADES[house.code]),
            default_probability=Decimal(self.seed.choice(("0.03", "0.04", "0.055", "0.08"))),
            is_insolvent=self.seed.random() < 0.05,
        )
        told = f"{house.code} buyer {buyer} was {was.grade} {was.default_probability}"
        told += f"{' insolvent' if was.is_insolvent else ''} from {was.effective_on}, before term {term}"
        notices = [was]
        if self.seed.random() < 0.6:
            told += ", and no longer is"
            notices.append(
                replace(
                    was,
                    source_reference=f"rat-{house.code}-{self._next()}",
                    effective_on=granted_on + timedelta(days=1),
                    grade=make.GOOD_GRADES[house.code],
                    default_probability=Decimal("0.03"),
                    is_insolvent=False,
                )
            )
        return told, lambda: record_buyer_ratings(house.underwriter, notices, on=on)

    # -- guarantees ------------------------------------------------------------------------------------------------

    def _guarantees(self, house: House, *, running: bool = True) -> list[tuple[Any, ...]]:
        return rows(
            "SELECT g.id, g.public_id FROM policies_guarantee g WHERE g.insurer_id = %s AND (NOT %s OR EXISTS ("
            "SELECT 1 FROM policies_guaranteeterm t WHERE t.guarantee_id = g.id AND t.status = 'running')) "
            "ORDER BY g.id",
            house.insurer_id, running,
        )  # fmt: skip

    def renew(self, house: House, on: date) -> Act | None:
        found = self._guarantees(house)
        if not found:
            return None
        some = self._some(found, 5)
        told = f"{house.code} asks to renew guarantees {[number for number, _ in some]}"
        return told, lambda: len(ask_for_renewals(house.underwriter, [name for _, name in some], on=on))

    def change(self, house: House, on: date) -> Act | None:
        found = self._guarantees(house)
        if not found:
            return None
        number, name = self.seed.choice(found)
        wish = ChangeWish(
            guarantee=name, requested_total=Decimal(self.seed.choice(TOTALS)), reference=f"c{self._next()}"
        )
        told = f"{house.code} asks {wish.requested_total} for guarantee {number}"
        return told, lambda: [f"{a.outcome} {a.code}" for a in request_changes(house.underwriter, [wish], on=on)]

    def withdraw(self, house: House, on: date) -> Act | None:
        found = self._guarantees(house, running=self.seed.random() < 0.8)
        if not found:
            return None
        number, name = self.seed.choice(found)
        given = Withdrawal(guarantee=name, reason="Lettre du client")
        told = f"{house.code} ends guarantee {number}"
        return told, lambda: [
            f"{a.outcome} {a.code}" for a in withdraw_guarantees(house.senior, [given], on=on, at=noon(on))
        ]

    def referred_renewal(self, house: House, on: date) -> Act | None:
        """What a night could not renew by itself: one proposes, another confirms."""
        standing = rows(
            "SELECT id, public_id FROM policies_renewalsettlement WHERE insurer_id = %s AND status = 'proposed' "
            "ORDER BY id",
            house.insurer_id,
        )
        if standing and self.seed.random() < 0.7:
            number, name = self.seed.choice(standing)
            told = f"{house.code} confirms the answer {number} to a renewal"
            return told, lambda: len(confirm_renewal_answers(house.senior, [name], on=on))
        found = self._guarantees(house)
        if not found:
            return None
        number, name = self.seed.choice(found)
        answer = RenewalAnswer(guarantee=name, approve=self.seed.random() < 0.7, reason="vu")
        told = f"{house.code} proposes to {'approve' if answer.approve else 'refuse'} the renewal of guarantee {number}"
        return told, lambda: [
            one.code or "proposed" for one in propose_renewal_answers(house.underwriter, [answer], on=on)
        ]

    def part(self, house: House, on: date) -> Act | None:
        """The operator changes a treaty's part of the envelope."""
        found = rows(
            "SELECT t.id, t.public_id FROM reinsurance_treaty t WHERE t.insurer_id = %s AND t.market = 'domestic' "
            "ORDER BY t.id",
            house.insurer_id,
        )
        number, name = self.seed.choice(found)
        amount = self.seed.choice((None, Decimal(150000), Decimal(400000)))
        part = Allotment(treaty_id=name, amount=amount, reference="Lettre du réassureur")

        def work() -> object:
            with acting_as_platform():
                return len(allot_capacity(self.operator, [part], on=on))

        return f"treaty {number} has a part of {amount}", work

    def tariff(self, house: House, on: date) -> Act:
        """Two people agree on another rate."""
        rate = self.seed.choice(("0.0040", "0.0060"))
        row = {
            "product": self.seed.choice(("cap", "cap_francexport", "cap_francexport_plus")), "quarterly_rate": rate,
            "first_day": on, "reference_text": "Taux illustratif, pour les essais",
            "reference_url": "https://example.org/tarif", "is_illustrative": True,
        }  # fmt: skip

        def work() -> object:
            make.enter_contract_rows(house.underwriter, "tariff", row, booked_on=on)
            return True

        return f"{house.code} tariff of {row['product']} {rate} from {on}", work

    def no_top_ups(self, house: House, on: date) -> Act:
        who, whom = self.seed.choice(house.clients), self.seed.choice(house.buyers)
        choice = NoTopUps(policy_number=who.policy_number, buyer_country=whom.country, buyer_identifier=whom.identifier)
        return f"{house.code} wants no top-ups on buyer {whom.id}", lambda: len(
            opt_out(house.underwriter, [choice], on=on)
        )

    def mediation(self, house: House, on: date) -> Act | None:
        dossiers = rows(
            "SELECT id, public_id FROM policies_mediationdossier WHERE insurer_id = %s AND status = 'opened' "
            "ORDER BY id",
            house.insurer_id,
        )
        if dossiers and self.seed.random() < 0.6:
            number, name = self.seed.choice(dossiers)
            answer = MediationAnswer(dossier=name, changed=self.seed.random() < 0.5, answer="Revu")
            told = f"{house.code} {'changes' if answer.changed else 'maintains'} its decision in mediation {number}"
            return told, lambda: len(answer_mediations(house.senior, [answer], on=on))
        found = rows(
            "SELECT id, public_id FROM policies_limitrequest WHERE insurer_id = %s ORDER BY id", house.insurer_id
        )
        if not found:
            return None
        number, name = self.seed.choice(found)
        referral = Referral(request=name, referred_on=on, reason="Refus contesté")
        told = f"{house.code} request {number} to the mediator"
        return told, lambda: len(open_mediations(house.underwriter, [referral], on=on))


WEIGHTS = {
    "file": 6, "single": 3, "cancel": 1, "settle": 2, "accept": 8, "decline": 1, "limit": 4, "rating": 3,
    "wrong_rating": 12, "renew": 7, "change": 3, "referred_renewal": 2, "part": 1, "tariff": 1, "withdraw": 1,
    "no_top_ups": 1, "mediation": 1, "overdue": 7, "claim": 12,
}  # fmt: skip


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZoneInfo("Europe/Paris"))


def _one(found: Sequence[Any]) -> str:
    return " ".join(str(getattr(one, "status", one)) for one in found)
