"""Writes the books of one insurer of the sample: one COPY for each table, ids drawn beforehand.

Facts get the day from which they hold as the day on which they were learnt; their source names the sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.kernel.identifiers import new_public_id
from policies.commands.sample_companies import Company
from policies.commands.sample_portfolio import Portfolio, SamplePolicy

# The last accounts that a company had closed when the books opened.
_LAST_ACCOUNTS: Final = date(2019, 12, 31)
_DECLARATION_DELAY_DAYS: Final = 60


def write_portfolio(actor: Actor, books: Portfolio, *, houses: Mapping[str, int]) -> None:
    """Write a portfolio into the books of the actor's insurer; `houses` are the ids of organisations by code.

    Runs inside acting(actor), on books without policies.
    """
    writer = _Writer(actor.insurer_id, houses)
    policies = writer.policies(books.policies)
    buyers = writer.buyers(books)
    writer.notices(books, policies, buyers)


def _company(row_id: int, prefix: str, one: Company) -> dict[str, object]:
    return {
        "id": row_id,
        "public_id": new_public_id(prefix),
        "name": one.name,
        "country": one.country,
        "identifier_type": one.identifier_type,
        "identifier": one.identifier,
    }


def _fact(on: date, source: str) -> dict[str, object]:
    return {"effective_on": on, "booked_on": on, "source_reference": f"sample/{source}"}


@dataclass(frozen=True, slots=True)
class _Writer:
    insurer_id: int
    houses: Mapping[str, int]

    def policies(self, given: Sequence[SamplePolicy]) -> list[int]:
        """Policyholders, their figures, mandates, policies and their terms; the ids of the policies."""
        holders = draw_ids("policies_policyholder", len(given))
        policies = draw_ids("policies_policy", len(given))
        self._holders(given, holders)
        self._copy(
            "policy",
            (
                {
                    "id": policy,
                    "public_id": new_public_id("pol"),
                    "number": one.number,
                    "policyholder_id": holder,
                    "form": one.form,
                    "first_day": one.first_day,
                    "end_day": one.end_day,
                    "currency": "EUR",
                }
                for policy, holder, one in zip(policies, holders, given, strict=True)
            ),
        )
        self._copy(
            "policyterms",
            (
                {
                    **_fact(one.first_day, f"terms/{one.number}"),
                    "policy_id": policy,
                    "insured_ratio": one.insured_ratio,
                    "limits_set_by": one.limits_set_by,
                    "longest_payment_days": one.longest_payment_days,
                    "declaration_delay_days": _DECLARATION_DELAY_DAYS,
                }
                for policy, one in zip(policies, given, strict=True)
            ),
        )
        return policies

    def _holders(self, given: Sequence[SamplePolicy], holders: Sequence[int]) -> None:
        pairs = list(zip(holders, given, strict=True))
        self._copy(
            "policyholder",
            (
                {
                    **_company(holder, "pho", one.holder),
                    "status": one.holder_status,
                    "is_factor": one.size == "factor",
                    "street": one.holder.street,
                    "postal_code": one.holder.postal_code,
                    "town": one.holder.town,
                    "organisation_id": self.houses[one.organisation] if one.organisation else None,
                }
                for holder, one in pairs
            ),
        )
        self._copy(
            "policyholderfigures",
            (
                {
                    **_fact(_LAST_ACCOUNTS, f"turnover/{one.number}"),
                    "policyholder_id": holder,
                    "turnover": one.holder.turnover,
                }
                for holder, one in pairs
            ),
        )
        self._copy(
            "mandate",
            (
                {
                    "broker_id": self.houses[one.broker],
                    "policyholder_id": holder,
                    "first_day": one.mandated_on,
                    "end_day": None,
                }
                for holder, one in pairs
                if one.broker
            ),
        )

    def buyers(self, books: Portfolio) -> list[int]:
        """Buyers, their figures and what the insurer thinks of them; the ids of the buyers."""
        ids = draw_ids("policies_buyer", len(books.buyers))
        pairs = list(zip(ids, books.buyers, strict=True))
        self._copy(
            "buyer",
            ({**_company(buyer, "buy", one.company), "created_on": one.company.created_on} for buyer, one in pairs),
        )
        self._copy(
            "buyerfigures",
            (
                {
                    **_fact(_LAST_ACCOUNTS, f"size/{place}"),
                    "buyer_id": buyer,
                    "turnover": one.company.turnover,
                    "balance_sheet": one.company.balance_sheet,
                    "headcount": one.company.headcount,
                }
                for place, (buyer, one) in enumerate(pairs)
            ),
        )
        self._copy(
            "buyerrating",
            (
                {
                    **_fact(rated.effective_on, f"rating/{place}/{number}"),
                    "buyer_id": buyer,
                    "grade": rated.grade,
                    "default_probability": rated.default_probability,
                    "is_insolvent": rated.is_insolvent,
                }
                for place, (buyer, one) in enumerate(pairs)
                for number, rated in enumerate(one.opinions)
            ),
        )
        return ids

    def notices(self, books: Portfolio, policies: Sequence[int], buyers: Sequence[int]) -> None:
        """The insurer's decisions on its own limits."""
        self._copy(
            "buyerlimit",
            (
                {
                    **_fact(one.effective_on, f"limit/{number}"),
                    "booked_on": one.notified_on,
                    "policy_id": policies[one.policy],
                    "buyer_id": buyers[one.buyer],
                    "decision": one.decision,
                    "requested_amount": one.requested_amount,
                    "amount_before": one.amount_before,
                    "amount": one.amount,
                    "notified_on": one.notified_on,
                }
                for number, one in enumerate(books.notices)
            ),
        )

    def _copy(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """All rows have the columns of the first, in any order."""
        listed = [{"insurer_id": self.insurer_id, **row} for row in rows]
        if listed:
            columns = tuple(listed[0])
            copy_rows(f"policies_{table}", columns, ([row[column] for column in columns] for row in listed))
