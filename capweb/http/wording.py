"""What statuses, outcomes, products and verdicts are called on screens, and the tone they are shown in.

One table a kind: code → (label, tone, icon). Tones are five classes of the style sheet: good, info, warn, bad, quiet.
A code without an entry is shown as it is, so that a new status is visible rather than hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Wording:
    label: object
    tone: str = "quiet"
    icon: str = ""


REQUEST: Final = {
    "pending": Wording(_("To be decided"), "quiet", "clock"),
    "referred": Wording(_("Referred"), "warn", "user-question"),
    "offered": Wording(_("Offered"), "info", "mail-forward"),
    "granted": Wording(_("Granted"), "good", "check"),
    "declined": Wording(_("Declined"), "quiet", "thumb-down"),
    "expired": Wording(_("Expired"), "quiet", "hourglass-empty"),
    "refused": Wording(_("Refused"), "bad", "x"),
    "no_need": Wording(_("No need"), "quiet", "minus"),
    "cancelled": Wording(_("Cancelled"), "quiet", "ban"),
    "failed": Wording(_("Failed"), "bad", "alert-triangle"),
}
OFFER: Final = {
    "live": Wording(_("Awaiting an answer"), "info", "mail-forward"),
    "accepted": Wording(_("Accepted"), "good", "check"),
    "declined": Wording(_("Declined"), "quiet", "thumb-down"),
    "expired": Wording(_("Expired"), "quiet", "hourglass-empty"),
    "withdrawn": Wording(_("Withdrawn"), "quiet", "ban"),
}
TERM: Final = {
    "running": Wording(_("In force"), "good", "shield-check"),
    "renewed": Wording(_("Renewed"), "quiet", "refresh"),
    "lapsed": Wording(_("Lapsed"), "quiet", "hourglass-empty"),
    "ended": Wording(_("Ended early"), "warn", "ban"),
    "replaced": Wording(_("Replaced"), "quiet", "replace"),
    "replaced_at_once": Wording(_("Replaced on its first day"), "quiet", "replace"),
    "run_off": Wording(_("Run-off"), "warn", "hourglass-empty"),
    "future": Wording(_("Not begun"), "info", "calendar-up"),
}
ROW: Final = {
    "offered": Wording(_("Offered"), "info", "mail-forward"),
    "granted": Wording(_("Granted"), "good", "check"),
    "referred": Wording(_("Referred"), "warn", "user-question"),
    "refused": Wording(_("Refused"), "bad", "x"),
    "no_need": Wording(_("No need"), "quiet", "minus"),
    "failed": Wording(_("Failed"), "bad", "alert-triangle"),
    "not_attempted": Wording(_("Not attempted"), "quiet", "ban"),
}
SUBMISSION: Final = {
    "waiting": Wording(_("Under way"), "info", "clock"),
    "done": Wording(_("Done"), "good", "check"),
}
OUTCOME: Final = {
    "grant": Wording(_("Granted in full"), "good", "check"),
    "grant_reduced": Wording(_("Granted at a lower amount"), "info", "arrow-down-right"),
    "refer": Wording(_("Referred"), "warn", "user-question"),
    "refuse": Wording(_("Refused"), "bad", "x"),
    "no_need": Wording(_("No need"), "quiet", "minus"),
}
VERDICT: Final = {
    "pass": Wording(pgettext_lazy("verdict", "Met"), "good", "check"),
    "cap": Wording(pgettext_lazy("verdict", "Holds the amount down"), "info", "arrow-down-right"),
    "fail": Wording(pgettext_lazy("verdict", "Not met"), "bad", "x"),
    "refer": Wording(pgettext_lazy("verdict", "To be looked at"), "warn", "user-question"),
    "not_applicable": Wording(pgettext_lazy("verdict", "Does not apply"), "quiet", "minus"),
}
PRODUCT: Final = {
    "cap": Wording("CAP"),
    "cap_plus": Wording("CAP+"),
    "cap_francexport": Wording("Cap Francexport"),
    "cap_francexport_plus": Wording("Cap Francexport+"),
}
KIND: Final = {
    "complement": Wording(_("Complementary guarantee")),
    "substitution": Wording(_("Substitution guarantee")),
}
MARKET: Final = {"domestic": Wording(_("Domestic")), "export": Wording(_("Export"))}
TRIGGER: Final = {
    "grant": Wording(_("Granted in full")),
    "partial_grant": Wording(_("Granted in part")),
    "reduction": Wording(_("Reduced")),
    "refusal": Wording(pgettext_lazy("buyer limit", "Refused")),
    "cessation": Wording(_("Ended")),
}
REFERRED_TO: Final = {
    "requester": Wording(_("the requester: facts are missing"), "warn", "user-question"),
    "underwriter": Wording(_("an underwriter"), "warn", "user-question"),
    "reinsurer": Wording(_("the reinsurer"), "warn", "user-question"),
    "ministry": Wording(_("the ministry"), "warn", "user-question"),
    "administrator": Wording(_("an administrator: a value is not set"), "warn", "user-question"),
}
REFERRAL: Final = {
    "requester": Wording(pgettext_lazy("waits for", "requester")),
    "underwriter": Wording(pgettext_lazy("waits for", "underwriter")),
    "reinsurer": Wording(pgettext_lazy("waits for", "reinsurer")),
    "ministry": Wording(pgettext_lazy("waits for", "ministry")),
    "administrator": Wording(pgettext_lazy("waits for", "administrator")),
}
WAITS_FOR: Final = {
    "tariff": Wording(_("a tariff"), "warn", "clock"),
    "treaty": Wording(_("a reinsurance treaty"), "warn", "clock"),
}
BINDING: Final = {
    "need": Wording(_("the need itself")),
    "primary_multiple": Wording(_("the multiple of the primary guarantee")),
    "parity": Wording(_("parity with what the insurer keeps")),
    "category_maximum": Wording(_("the maximum of the buyer's category")),
    "capacity": Wording(_("what is left of the envelope")),
    "exception": Wording(_("the exception granted")),
}
CAUSE: Final = {
    "grant": Wording(_("Grant"), "good"),
    "renewal": Wording(_("Renewal"), "info"),
    "reduction": Wording(_("Reduction"), "warn"),
    "end": Wording(_("End"), "quiet"),
}
RENEWAL: Final = {
    "asked": Wording(_("Renewal asked for"), "info", "refresh"),
    "renewed": Wording(_("Renewed"), "good", "refresh"),
    "refused": Wording(_("Not renewed"), "bad", "x"),
    "referred": Wording(_("Renewal referred"), "warn", "user-question"),
}
REINSURER: Final = {
    "ccr": Wording("CCR"),
    "bpifrance": Wording("Bpifrance Assurance Export"),
}

ACCOUNT: Final = {
    "authority": Wording(_("State authorisation")),
    "envelope": Wording(_("Envelope, free")),
    "live": Wording(_("Cover in force")),
    "run_off": Wording(pgettext_lazy("account", "Run-off")),
    "ceded_premium": Wording(_("Ceded premiums")),
    "commission": Wording(_("Commissions")),
    "current_account": Wording(_("Current account")),
}
ENTRY: Final = {
    "authorisation": Wording(_("Authorisation by law")),
    "law_reduction": Wording(_("Reduction by law")),
    "hold": Wording(_("Hold by an offer")),
    "hold_voided": Wording(_("Hold given back")),
    "cession": Wording(_("Cession")),
    "replacement": Wording(_("Replacement")),
    "amendment": Wording(_("Change of a cession")),
    "correction": Wording(_("Correction")),
    "ending": Wording(_("End of a cession")),
    "release": Wording(_("Release of run-off")),
}
MOVEMENT: Final = {
    "authorised": Wording(_("authorised")),
    "law_reduced": Wording(_("reduced by law")),
    "hold": Wording(_("held")),
    "hold_posted": Wording(_("hold drawn")),
    "hold_voided": Wording(_("hold given back")),
    "ceded": Wording(_("ceded")),
    "taken_over": Wording(_("taken over")),
    "end_of_term": Wording(_("end of the term")),
    "reduced": Wording(_("reduced")),
    "run_off_released": Wording(_("run-off released")),
    "reversed": Wording(_("reversed")),
    "premium_ceded": Wording(_("premium ceded")),
    "premium_credited": Wording(_("premium credited")),
    "commission_earned": Wording(_("commission earned")),
    "commission_returned": Wording(_("commission returned")),
}

KINDS: Final[dict[str, dict[str, Wording]]] = {
    "request": REQUEST,
    "offer": OFFER,
    "term": TERM,
    "row": ROW,
    "submission": SUBMISSION,
    "outcome": OUTCOME,
    "verdict": VERDICT,
    "product": PRODUCT,
    "kind": KIND,
    "market": MARKET,
    "trigger": TRIGGER,
    "referred_to": REFERRED_TO,
    "referral": REFERRAL,
    "waits_for": WAITS_FOR,
    "binding": BINDING,
    "cause": CAUSE,
    "renewal": RENEWAL,
    "reinsurer": REINSURER,
    "account": ACCOUNT,
    "entry": ENTRY,
    "movement": MOVEMENT,
}


def of(kind: str, code: object) -> Wording:
    """The wording of a code; an unknown one is its own label. Raises KeyError for an unknown kind."""
    text = "" if code is None else str(code)
    return KINDS[kind].get(text) or Wording(text)


def choices(kind: str) -> list[tuple[str, object]]:
    """Codes and labels for a select field."""
    return [(code, wording.label) for code, wording in KINDS[kind].items()]
