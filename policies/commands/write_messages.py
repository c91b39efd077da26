"""Messages out of the stream of events and of renewal notices: each written once, however often this is run.

The position up to which the stream has been worked off moves in the transaction that writes the messages, and its row
is the lock of whoever writes; a source has one message by a unique key besides. Mails are queued here and sent by
`send_mails`, since the network is never inside a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from capweb.accounts.acting import acting, must_be_acting
from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.events import events_after
from capweb.audit.outbox import wake_after_commit
from capweb.kernel.identifiers import new_public_id
from eligibility.queries.decisions import decisions_by_id
from eligibility.queries.law_book import current_law_book
from policies.documents import message_text
from policies.domain.messages import VERDICTS_TOLD, Draft, ReasonTold
from policies.models import MessageProgress
from policies.queries import addressees
from policies.queries.addressees import Addressee
from policies.queries.message_facts import drafts_of_events, drafts_of_notices

BATCH_ROWS: Final = 500
SEND_TASK: Final = "policies.send_mails"
# What happened longer ago is read in the inbox; nobody wants a mail about it.
MAILED_BACK_DAYS: Final = 7
NOBODY: Final = Addressee(0, "fr", ())
_MESSAGE_COLUMNS: Final = (
    "id", "insurer_id", "public_id", "source_key", "recipient_id", "policy_id", "limit_request_id", "offer_id",
    "guarantee_id", "endorsement_id", "notice_id", "buyer_limit_id", "letter_id", "claim_id", "to_buyer_id",
    "template", "language", "subject", "body", "booked_on", "read_by",
)  # fmt: skip
_DELIVERY_COLUMNS: Final = ("insurer_id", "message_id", "address", "round", "status", "attempts", "asked_by", "failure")


def write_messages(actor: Actor, *, on: date, batch_rows: int = BATCH_ROWS) -> int:
    """Write what events and notices ask for and nobody has written yet; how many messages. Opens its transactions.

    A fixed number of queries a batch. A run that is killed has lost at most the batch it was at. Raises NotAllowed.
    """
    actor.must_be_allowed("messages.write")
    total = 0
    while True:
        with acting(actor):
            progress = _locked(actor)
            events = events_after(actor.insurer_id, progress.after_position, limit=batch_rows)
            drafts = drafts_of_events(actor, events)
            notices = drafts_of_notices(actor, on=on, limit=batch_rows)
            total += len(write_drafts(actor, drafts + notices, on=on))
            if events:
                progress.after_position = events[-1].position
                MessageProgress.objects.filter(pk=progress.pk).update(after_position=progress.after_position)
        if len(events) < batch_rows and len(notices) < batch_rows:
            return total


def write_drafts(actor: Actor, drafts: Sequence[Draft], *, on: date) -> list[str]:
    """Write messages and queue their mails; the public ids in order. For commands that write to policyholders.

    A source that was written about before raises IntegrityError (`message_written_once`). Runs inside acting(actor).
    """
    must_be_acting(actor)
    if not drafts:
        return []
    to = addressees.of_policies(actor, [(draft.policy_id, draft.facts.on) for draft in drafts])
    whom = [_addressee(draft, to[draft.policy_id, draft.facts.on]) for draft in drafts]
    reasons = _reasons(actor, drafts, [one.language for one in whom])
    insurer = Organisation.objects.values_list("name", flat=True).get(pk=actor.insurer_id)
    ids = draw_ids("policies_message", len(drafts))
    public_ids = [new_public_id("msg") for _ in drafts]
    messages, mails = [], []
    for message_id, public_id, draft, addressee in zip(ids, public_ids, drafts, whom, strict=True):
        text = message_text.written(
            draft.template,
            draft.facts,
            language=addressee.language,
            insurer=insurer,
            reasons=reasons.get((addressee.language, draft.source_key), ()),
        )
        messages.append(
            (message_id, actor.insurer_id, public_id, draft.source_key, addressee.organisation_id or None,
             draft.policy_id, draft.limit_request_id, draft.offer_id, draft.guarantee_id, draft.endorsement_id,
             draft.notice_id, draft.buyer_limit_id, draft.letter_id, draft.claim_id,
             draft.to_buyer.buyer_id if draft.to_buyer else None, draft.template, addressee.language, text.subject,
             text.body, draft.facts.on, "")
        )  # fmt: skip
        if draft.facts.on > on - timedelta(days=MAILED_BACK_DAYS):
            mails += [
                (actor.insurer_id, message_id, address, 1, "queued", 0, "", "") for address in addressee.addresses
            ]
    copy_rows("policies_message", _MESSAGE_COLUMNS, messages)
    if mails:
        copy_rows("policies_messagedelivery", _DELIVERY_COLUMNS, mails)
        wake_after_commit(SEND_TASK, insurer=actor.insurer_id)
    return public_ids


def _addressee(draft: Draft, of_policy: Addressee | None) -> Addressee:
    if draft.to_buyer is not None:
        return Addressee(0, draft.to_buyer.language, (draft.to_buyer.address,))
    return of_policy or NOBODY


def _locked(actor: Actor) -> MessageProgress:
    MessageProgress.objects.bulk_create([MessageProgress(insurer_id=actor.insurer_id)], ignore_conflicts=True)
    return MessageProgress.objects.select_for_update().get(insurer_id=actor.insurer_id)


def _reasons(
    actor: Actor, drafts: Sequence[Draft], languages: Sequence[str]
) -> dict[tuple[str, str], list[ReasonTold]]:
    """The reasons that messages tell, by language and source; for each language the decisions are read once."""
    told = [
        (draft, language)
        for draft, language in zip(drafts, languages, strict=True)
        if draft.template in VERDICTS_TOLD and draft.decision_id is not None
    ]
    if not told:
        return {}
    book = current_law_book(actor)
    found: dict[tuple[str, str], list[ReasonTold]] = {}
    for language in sorted({language for _, language in told}):
        wanted = [draft for draft, spoken in told if spoken == language]
        decided = decisions_by_id(actor, [draft.decision_id for draft in wanted], book=book, language=language)  # type: ignore[misc]
        for draft in wanted:
            decision = decided.get(draft.decision_id or 0)
            found[language, draft.source_key] = [
                ReasonTold(str(reason["title"]), str(reason["sentence"]))
                for reason in (decision.reasons if decision else ())
                if reason["verdict"] in VERDICTS_TOLD[draft.template]
            ]
    return found
