"""Which pages stand in the menu of whom: by right, and by who the actor is (insurer's desk, portal, platform).

Pages are named by their address name, since this layer may not import the rooms above it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from capweb import clock
from capweb.accounts.actor import Actor, PlatformActor

DESK: Final = "desk"
PORTAL: Final = "portal"
PLATFORM: Final = "platform"
EVERYBODY: Final = frozenset({DESK, PORTAL, PLATFORM})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the menu; the entries that follow it stand below it."""

    label: object


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `covers` names the pages below it, on which it stays marked."""

    label: object
    page: str
    icon: str
    right: str
    for_whom: frozenset[str]
    covers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ShownEntry:
    label: str
    address: str
    icon: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class ShownSection:
    label: str
    entries: list[ShownEntry]


# Numbers beside entries of the menu, by page: what waits for this actor on a day. A room above enters its own.
COUNTERS: Final[list[Callable[[Actor, date], Mapping[str, int]]]] = []

MENU: Final[tuple[Section | Entry, ...]] = (
    Section(pgettext_lazy("menu", "Cover")),
    Entry(_("Portal"), "policies:portal", "home", "requests.read", frozenset({PORTAL}), frozenset({"policies:offer"})),
    Entry(
        _("Requests"),
        "policies:queue",
        "inbox",
        "requests.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:request"}),
    ),
    Entry(_("New request"), "policies:new_request", "file-plus", "requests.write", frozenset({DESK, PORTAL})),
    Entry(
        _("Send a file"),
        "policies:upload",
        "file-upload",
        "requests.write",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:submission"}),
    ),
    Entry(
        _("Guarantees"),
        "policies:guarantees",
        "shield-check",
        "guarantees.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:guarantee"}),
    ),
    Entry(
        _("Renewals"),
        "policies:renewals",
        "refresh",
        "guarantees.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:referred_renewals", "policies:renewal_file"}),
    ),
    Entry(
        _("Claims"),
        "policies:claims",
        "umbrella",
        "claims.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:claim", "policies:declare_overdue"}),
    ),
    Entry(_("Top-ups declined"), "policies:opt_outs", "ban", "offers.answer", frozenset({DESK, PORTAL})),
    Section(pgettext_lazy("menu", "Buyers")),
    Entry(
        _("Waves of ratings"),
        "policies:rating_waves",
        "arrow-down-right",
        "rating_waves.propose",
        frozenset({DESK}),
        frozenset({"policies:rating_wave"}),
    ),
    Entry(
        _("Waves of limits"),
        "policies:limit_waves",
        "arrow-down",
        "limit_waves.propose",
        frozenset({DESK}),
        frozenset({"policies:limit_wave", "policies:proof_of_notice"}),
    ),
    Entry(_("Watch list"), "policies:watch_list", "eye", "buyers.read", frozenset({DESK})),
    Entry(
        _("Accumulations"),
        "policies:accumulations",
        "gauge",
        "buyers.read",
        frozenset({DESK}),
        frozenset({"policies:buyer_group"}),
    ),
    Entry(
        _("Absorbed or renumbered"),
        "policies:identity_changes",
        "replace",
        "identity_changes.propose",
        frozenset({DESK}),
        frozenset({"policies:identity_change", "policies:correct_identity_change"}),
    ),
    Section(pgettext_lazy("menu", "Letters and cases")),
    Entry(
        _("Notices"),
        "policies:primary_notices",
        "mail-forward",
        "documents.read",
        frozenset({DESK, PORTAL}),
        frozenset(
            {
                "policies:new_primary_notice",
                "policies:short_notice",
                "policies:settle_short_notice",
                "policies:portal_addresses",
            }
        ),
    ),
    Entry(
        _("Messages"),
        "policies:messages",
        "mail",
        "messages.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:message"}),
    ),
    Entry(
        _("Exceptions"),
        "policies:exceptions",
        "file-certificate",
        "exceptions.read",
        frozenset({DESK}),
        frozenset({"policies:exception", "policies:open_exception", "policies:decide_exception"}),
    ),
    Entry(
        _("Mediation"),
        "policies:mediations",
        "scale",
        "mediations.read",
        frozenset({DESK, PORTAL}),
        frozenset({"policies:mediation", "policies:open_mediation", "policies:answer_mediation"}),
    ),
    Section(pgettext_lazy("menu", "Reinsurance")),
    Entry(
        _("Envelopes"),
        "reinsurance:envelopes",
        "gauge",
        "envelopes.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:allotments", "policies:outlook"}),
    ),
    Entry(
        _("Treaties"),
        "reinsurance:treaties",
        "file-certificate",
        "treaties.read",
        frozenset({DESK, PLATFORM}),
        frozenset(
            {
                "reinsurance:treaty",
                "policies:treaty_proposals",
                "policies:treaty_proposal",
                "policies:propose_treaty_change",
                "policies:decide_treaty_proposal",
            }
        ),
    ),
    Entry(
        _("Journal"),
        "reinsurance:entries",
        "book",
        "ledger.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:entry", "reinsurance:t_accounts", "reinsurance:account_movements", "policies:cession"}),
    ),
    Entry(_("Claim movements"), "policies:claim_movements", "table", "claims.cede", frozenset({DESK})),
    Entry(
        _("Bordereaux"),
        "reinsurance:bordereaux",
        "file-type-csv",
        "bordereaux.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:bordereau", "reinsurance:closing_run"}),
    ),
    Entry(
        _("Technical accounts"),
        "reinsurance:technical_accounts",
        "calculator",
        "bordereaux.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:technical_account"}),
    ),
    Entry(
        _("Answers to bordereaux"),
        "reinsurance:answers",
        "circle-check",
        "bordereaux.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:answered_lines"}),
    ),
    Entry(
        pgettext_lazy("page", "Settlement"),
        "reinsurance:settlement",
        "calculator",
        "bordereaux.read",
        frozenset({DESK, PLATFORM}),
    ),
    Entry(
        _("Seals"),
        "reinsurance:seals",
        "shield-check",
        "seals.read",
        frozenset({DESK, PLATFORM}),
        frozenset({"reinsurance:entry_proof"}),
    ),
    Entry(
        _("Accounts kept for the State"), "reinsurance:memorandum", "scale", "accounts.advise", frozenset({PLATFORM})
    ),
    Section(pgettext_lazy("menu", "Law and tariffs")),
    Entry(
        _("Law in force"),
        "eligibility:law",
        "scale",
        "law.read",
        EVERYBODY,
        frozenset(
            {
                "eligibility:law_compare",
                "eligibility:law_history",
                "eligibility:ratings",
                "eligibility:readings",
            }
        ),
    ),
    Entry(
        _("Grids and tariffs"),
        "eligibility:contracts",
        "table",
        "contracts.read",
        frozenset({DESK}),
        frozenset({"eligibility:propose_change"}),
    ),
    Entry(
        _("Four eyes"),
        "eligibility:proposals",
        "eye-check",
        "contracts.read",
        frozenset({DESK}),
        frozenset({"eligibility:proposal", "eligibility:settle_proposal"}),
    ),
    Entry(_("Simulator"), "eligibility:simulator", "calculator", "law.read", EVERYBODY),
    Entry(
        _("What if"),
        "policies:what_if_runs",
        "arrows-split-2",
        "what_if.run",
        frozenset({DESK}),
        frozenset({"policies:new_what_if_run", "policies:what_if_run"}),
    ),
    Section(pgettext_lazy("menu", "Installation")),
    Entry(_("Business day"), "policies:business_day", "calendar-up", "business_day.write", frozenset({PLATFORM})),
)


def sections(request: HttpRequest) -> list[ShownSection]:
    """The menu of this session's actor, section by section, without those that hold nothing; empty before sign-in."""
    actor: Actor | PlatformActor | None = getattr(request, "actor", None)
    if not actor:
        return []
    here = request.resolver_match.view_name if request.resolver_match else ""
    place = _place(actor)
    waiting = _waiting(actor)
    found: list[ShownSection] = []
    for one in MENU:
        if isinstance(one, Section):
            found.append(ShownSection(str(one.label), []))
        elif place in one.for_whom and actor.may(one.right):
            found[-1].entries.append(
                ShownEntry(
                    label=str(one.label),
                    address=reverse(one.page),
                    icon=one.icon,
                    is_current=here == one.page or here in one.covers,
                    count=waiting.get(one.page, 0),
                )
            )
    return [section for section in found if section.entries]


def _waiting(actor: Actor | PlatformActor) -> dict[str, int]:
    """What waits behind which page; for the platform nothing does."""
    if not COUNTERS or not isinstance(actor, Actor):
        return {}
    day = clock.business_day()
    return {page: count for counter in COUNTERS for page, count in counter(actor, day).items()}


def _place(actor: Actor | PlatformActor) -> str:
    if not hasattr(actor, "insurer_id"):
        return PLATFORM
    return DESK if actor.organisation_kind == "insurer" else PORTAL  # type: ignore[union-attr]
