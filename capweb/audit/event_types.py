"""What may be read in the stream of events, and what each event means: the registry behind docs/event-types.md.

Every action that any command records in the trail stands here, either with its meaning (it is an event, published to
the insurer's clients) or among those that are not public, with the reason. A test reads the code and holds it to that.
"""

from __future__ import annotations

from typing import Final

# Action → what has happened. The subject is the public id of the thing before the point, unless the meaning says else.
EVENTS: Final[dict[str, str]] = {
    "submission.handed_in": "A file or a single request was taken in; `became.rows` says how many rows it has.",
    "request.offered": "A limit request was judged and an offer is made; `became.offer` is the offer.",
    "request.referred": "A limit request was judged and waits for somebody; `became` says whom it waits for.",
    "request.refused": "A limit request was refused; the request shows every reason.",
    "request.no_need": "A limit request needs no top-up: what is wanted is covered already. No refusal.",
    "request.cancelled": "A limit request that was under way was cancelled by whoever asked.",
    "offer.accepted": "An offer was accepted: `became.guarantee` began and `became.endorsement` was issued.",
    "offer.declined": "An offer was declined; what it held is given back.",
    "offer.expired": "Nobody answered the offer in time; what it held is given back.",
    "offer.withdrawn": "The offer could no longer be granted on the day of acceptance; its request shows why.",
    "renewal.asked": "The renewal of a guarantee was asked for; it is judged in the night of the last day.",
    "renewal.refused": "A renewal that was asked for was not granted when the term ended; the guarantee lapses.",
    "renewal.referred": "A renewal waited for somebody when the term ended, so nothing followed; the guarantee lapses.",
    "guarantee.renewed": "The next term of a guarantee began, without a gap.",
    "guarantee.lapsed": "A term ended and no renewal was asked for; deliveries before the end stay covered.",
    "guarantee.reduced": "The amount of a guarantee fell; `was.amount` and `became.amount`.",
    "guarantee.ended": "A guarantee ended before its term did; deliveries before the end stay covered.",
    "guarantee.buyer_changed": "The buyer was absorbed or has another number: `was.buyer`, `became.buyer`.",
    "guarantee.cession_corrected": "The rating at its grant was wrong: less is ceded, the guarantee stands.",
    "guarantee.withdrawn": "A guarantee was ended because its policyholder asked for it; `became.reason`.",
    "guarantee.replaced": "Another amount was granted: the guarantee ended the moment its successor began.",
    "guarantee.rated_out": "The buyer was rated out of the window: the term runs to `became.end_day`, without renewal.",
    "reduction.announced": "A cut was announced: `became.maximum` from `became.effective_on` on, unless less is asked.",
    "buyer_limits.changed": "Decisions on primary limits were taken in; `became.count` of them. Subject: the insurer.",
    "primary_notice.given": "A decision on a limit was told by letter; `became.letter`, `effective_on`, the top-up.",
    "cover_elsewhere.stated": "Cover on a buyer may be sought elsewhere; `became.letter` waives exclusivity.",
    "short_notice.asked": "A cut is to count before its notice has run: `became.case`; a second person is needed.",
    "short_notice.confirmed": "The second person confirmed the exceptional case; the cut was decided and told.",
    "short_notice.rejected": "The second person did not confirm the exceptional case: nothing was decided.",
    "portal_addresses.recorded": "Buyers asked to be told of cuts; `became.count` of them. Subject: the insurer.",
    "buyer_ratings.recorded": "Ratings of buyers were taken in; `became.count` of them. Subject: the insurer.",
    "buyer_activities.recorded": "Activities of buyers were taken in; `became.count` of them. Subject: the insurer.",
    "identity_change.confirmed": "A buyer was absorbed or has another number; `became` tells from when, what moved.",
    "rating_wave.confirmed": "Many buyers were rated down at once; `became.grade` and `became.rated` how many.",
    "limit_wave.confirmed": "Many limits were cut at once; `became.changed` how many; each is told by itself.",
    "exception.opened": "An exception was asked for; `became` tells its kind and amount.",
    "exception.sent": "The case was put before the reinsurer.",
    "exception.passed_on": "The reinsurer passed the case on to the minister.",
    "exception.favourable": "The authority agreed; `became` tells amount, first day and reference of its letter.",
    "exception.unfavourable": "The authority refused.",
    "exception.withdrawn": "An exception was withdrawn, or the authority's agreement with it.",
    "exception.expired": "The authority's agreement has come to its end.",
    "exception.evidence_added": "A file was added to the dossier.",
    "mediation.opened": "The policyholder went to the mediator about a request; five days to answer.",
    "mediation.maintained": "The insurer answered the mediator and keeps its decision.",
    "mediation.changed": "The insurer answered the mediator and judged the request again.",
    "mediation.withdrawn": "The policyholder no longer asks the mediator.",
    "opt_out.recorded": "A policyholder declared that it wants no top-up.",
    "opt_out.revoked": "A policyholder took back that it wants no top-up.",
    "claim.declared": "Unpaid invoices on a buyer were declared.",
    "claim.due_day_extended": "An unpaid invoice was given a later due day.",
    "claim.invoice_paid": "The buyer paid an invoice or a part of it.",
    "claim.collected": "A step of collection was taken; `became.kind` and `became.costs`.",
    "claim.loss_fixed": "The loss was fixed; `became.cause` and `became.loss`.",
    "claim.indemnified": "An indemnity was paid; `became.paid` and what of it was ceded.",
    "claim.recovered": "Money came back after the indemnity; `became.net` and who has which part.",
    "claim.closed": "Nothing more is expected of a claim.",
    "claim.withdrawn": "A claim was withdrawn: a mistake, or the buyer paid.",
    "beneficiary.named": "Who receives the indemnities of a policy was named. Subject: the policy's number.",
    "exchange_rates.recorded": "Rates of exchange were taken in; `became.count` of them. Subject: the insurer.",
    "claim.ceded": "A payment or recovery of a claim was ceded to the reinsurer. Subject: the movement.",
    "loss.advised": "A loss beyond the treaty's threshold was advised to the reinsurer.",
    "loss.called": "A loss beyond the cash call threshold was called from the reinsurer.",
    "bordereau.closed": "A bordereau was closed for a period and does not change any more.",
    "bordereau_lines.answered": "The reinsurer answered lines of a bordereau; `became.answer` and how many.",
    "technical_account.closed": "A technical account was closed; `became.balance` is its balance.",
    "account.stated": "An account was stated to the reinsurer.",
    "account.advised": "The reinsurer advised an account.",
    "payment.booked": "A payment from or to the reinsurer was booked.",
    "payment.matched": "A payment was matched with a stated account, `became.statement`.",
    "treaty.opened": "A reinsurance treaty was opened.",
    "disbursement_year.opened": "An insurance year of a policy, named by its number, was opened (disbursement limit).",
    "disbursement_year.nearly_used": "80 % of a policy year's disbursement limit are paid; `became` has the figures.",
    "alert.threshold_raised": "A share of an envelope's or allotment's ceiling was passed.",
    "alert.threshold_left": "The use of an envelope or allotment fell below a share of its ceiling.",
    "alert.frozen_raised": "An envelope was frozen: its ceiling lies below what is engaged.",
    "alert.frozen_left": "An envelope is open again.",
}  # fmt: skip

# Action → why it is no event. An action that ends in `.*` stands for a family whose last word the code puts together.
NOT_PUBLIC: Final[dict[str, str]] = {
    "cession.made": "bookkeeping below a guarantee's own event; read at /ledger/entries",
    "cession.replaced": "bookkeeping below a guarantee's own event; read at /ledger/entries",
    "cession.amended": "bookkeeping below a guarantee's own event; read at /ledger/entries",
    "cession.corrected": "bookkeeping below a guarantee's own event; read at /ledger/entries",
    "cession.ended": "bookkeeping below a guarantee's own event; read at /ledger/entries",
    "capacity.held": "bookkeeping below an offer's own event",
    "capacity.given_back": "bookkeeping below an offer's own event",
    "capacity.allotted": "the platform's, of no one insurer",
    "run_off.released": "the platform's, of no one insurer",
    "envelope.*": "the platform's, of no one insurer",
    "message.sent_again": "what was written is read in the log of messages",
    "closing.asked": "a wish inside the house; the closed bordereau is the event",
    "proposal.*": "four eyes inside the house; what was approved is read from its table",
    "treaty_proposal.*": "four eyes inside the house; what was approved is read from its treaty",
    "identity_change.proposed": "four eyes inside the house; the confirmed change is the event",
    "identity_change.turned_down": "four eyes inside the house; nothing came of it",
    "identity_change.taken_back": "four eyes inside the house; nothing came of it",
    "rating_wave.proposed": "four eyes inside the house; the confirmed wave is the event",
    "rating_wave.turned_down": "four eyes inside the house; nothing came of it",
    "rating_wave.taken_back": "four eyes inside the house; nothing came of it",
    "limit_wave.proposed": "four eyes inside the house; the confirmed wave is the event",
    "limit_wave.turned_down": "four eyes inside the house; nothing came of it",
    "limit_wave.taken_back": "four eyes inside the house; nothing came of it",
    "renewal_settlement.*": "four eyes inside the house; the night of the last day tells what came of it",
    "what_if.asked": "a trial that changes nothing",
    "what_if.cancelled": "a trial that changes nothing",
    "sample.entered": "sample data",
}


def is_event(action: str) -> bool:
    """Whether an entry of the trail with this action is published."""
    return action in EVENTS


def as_markdown() -> str:
    """The registry as docs/event-types.md shows it."""
    lines = [
        "# Events",
        "",
        "What `GET /api/v1/events` tells, in the order of positions: every insurer has its own sequence 1, 2, 3 …",
        "without a gap, and a position never changes. `manage.py event_types` writes this from the registry in",
        "`capweb/audit/event_types.py`.",
        "",
        "| type | what has happened |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in EVENTS.items()),
        "",
        "## Recorded in the trail and not published",
        "",
        "| action | why |",
        "|---|---|",
        *(f"| `{name}` | {why} |" for name, why in NOT_PUBLIC.items()),
        "",
    ]
    return "\n".join(lines)
