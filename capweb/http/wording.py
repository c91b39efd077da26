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
    "increase": Wording(_("Increase"), "good"),
    "reduction": Wording(_("Reduction"), "warn"),
    "end": Wording(_("End"), "quiet"),
    "insolvency": Wording(_("End on insolvency"), "bad"),
    "overdue": Wording(_("End on an overdue too long"), "bad"),
    "one_buyer": Wording(_("Two buyers became one"), "warn"),
    "identity_change": Wording(_("Buyer's identity"), "info"),
    "withdrawal": Wording(_("Ended on request"), "quiet"),
    "primary_reduced": Wording(_("Follows the primary down"), "warn"),
    "primary_ended": Wording(_("Primary ended"), "bad"),
}
RENEWAL: Final = {
    "asked": Wording(_("Renewal asked for"), "info", "refresh"),
    "renewed": Wording(_("Renewed"), "good", "refresh"),
    "refused": Wording(_("Not renewed"), "bad", "x"),
    "referred": Wording(_("Renewal referred"), "warn", "user-question"),
}
# What today's rules would give if a guarantee were renewed, and why where no rule says it.
RENEWAL_OUTLOOK: Final = {
    "renewed": Wording(_("Would be renewed"), "good", "refresh"),
    "lower": Wording(_("For a lower amount"), "info", "arrow-down-right"),
    "refused": Wording(_("Would be refused"), "bad", "x"),
    "referred": Wording(_("Would be referred"), "warn", "user-question"),
    "unjudged": Wording(_("Facts contradict each other"), "quiet", "alert-triangle"),
}
RENEWAL_WHY: Final = {
    "primary_resumed": Wording(_("The primary limit no longer opens this top-up: it is not renewed.")),
    "no_notice": Wording(_("No decision on the primary limit is in effect.")),
    "no_need": Wording(_("What is wanted is covered without a top-up.")),
    "facts_contradict": Wording(_("The facts in the books contradict each other: correct them, then look again.")),
}
RENEWAL_SETTLEMENT: Final = {
    "proposed": Wording(_("Waits for a second person"), "warn", "eye-check"),
    "confirmed": Wording(_("Confirmed"), "good", "check"),
}
WAVE: Final = {
    "proposed": Wording(_("Waits for a second person"), "warn", "eye-check"),
    "confirmed": Wording(_("Confirmed"), "good", "check"),
    "turned_down": Wording(_("Turned down"), "bad", "x"),
    "taken_back": Wording(_("Taken back"), "quiet", "ban"),
}
WAVE_EFFECT: Final = {
    "cut": Wording(_("Cut after the notice"), "warn", "arrow-down-right"),
    "kept": Wording(_("Kept to its end, not renewed"), "bad", "x"),
    "unchanged": Wording(_("As it is"), "good", "check"),
    "unjudged": Wording(_("Facts contradict each other"), "quiet", "alert-triangle"),
}
ACCUMULATION: Final = {"above": Wording(_("Own limit exceeded"), "warn", "alert-triangle")}
WATCH: Final = {"due": Wording(_("Review has come"), "warn", "calendar")}
IDENTITY_KIND: Final = {
    "merger": Wording(_("Absorbed by another buyer")),
    "renumbering": Wording(_("New SIREN or registration number")),
    "correction": Wording(_("Correction of a change that was wrong")),
}
CUT_MEASURE: Final = {
    "share": Wording(_("By a share of each limit"), "warn", "arrows-split-2"),
    "to_amount": Wording(_("To a fixed amount"), "warn", "arrow-down-right"),
    "end": Wording(_("Ended"), "bad", "x"),
}
NOTICE_OUTCOME: Final = {
    "told": Wording(_("Told"), "good", "mail-forward"),
    "left": Wording(_("Left: as low already"), "quiet", "minus"),
}
RENEWAL_LINE: Final = {
    "asked": Wording(_("Renewal asked for"), "good", "refresh"),
    "asked_before": Wording(_("Asked for before"), "quiet", "minus"),
    "refused": Wording(_("Not taken"), "bad", "x"),
}
EXCEPTION: Final = {
    "opened": Wording(_("Opened"), "quiet", "file-plus"),
    "with_reinsurer": Wording(_("With the reinsurer"), "info", "send"),
    "with_minister": Wording(_("With the minister"), "info", "send"),
    "favourable": Wording(_("Favourable"), "good", "check"),
    "unfavourable": Wording(_("Unfavourable"), "bad", "x"),
    "expired": Wording(pgettext_lazy("decision", "Ended"), "quiet", "hourglass-empty"),
    "withdrawn": Wording(_("Taken back"), "quiet", "ban"),
}
SHORT_NOTICE: Final = {
    "asked": Wording(_("To be confirmed"), "warn", "clock"),
    "confirmed": Wording(_("Confirmed"), "good", "check"),
    "rejected": Wording(_("Not confirmed"), "bad", "x"),
}
EXCEPTIONAL_CASE: Final = {
    "insolvency": Wording(_("Insolvency of the buyer")),
    "fraud": Wording(_("Fraud")),
    "overdue": Wording(_("Overdue beyond the policy's limit")),
}
LIMIT_DECISION: Final = {
    "cessation": Wording(_("End of the limit"), "bad", "x"),
    "reduction": Wording(_("Reduction"), "warn", "arrow-down-right"),
    "refusal": Wording(_("Refusal"), "bad", "x"),
    "partial_grant": Wording(_("Partial grant"), "info", "arrow-down-right"),
    "grant": Wording(_("Limit granted or raised"), "good", "check"),
}
MEDIATION: Final = {
    "opened": Wording(_("Before the mediator"), "warn", "clock"),
    "maintained": Wording(_("Decision maintained"), "quiet", "x"),
    "changed": Wording(_("Decision changed"), "good", "refresh"),
    "withdrawn": Wording(_("Taken back"), "quiet", "ban"),
}
EXCEPTION_KIND: Final = {
    "large_policyholder": Wording(_("Large exporter")),
    "above_parity": Wording(_("Above parity")),
}
EXCEPTION_HOLDER: Final = {
    "large_policyholder.opened": Wording(_("Insurer")),
    "large_policyholder.with_reinsurer": Wording("Bpifrance Assurance Export"),
    "large_policyholder.with_minister": Wording(_("Ministry")),
    "above_parity.opened": Wording(_("Insurer")),
    "above_parity.with_reinsurer": Wording(_("Director general of CCR")),
    "above_parity.with_minister": Wording(_("Minister")),
}
EXCEPTION_STEP: Final = {
    "large_policyholder.opened": Wording(_("Sent to Bpifrance")),
    "large_policyholder.with_reinsurer": Wording(_("Bpifrance has passed it on to the ministry")),
    "above_parity.opened": Wording(_("Sent to CCR")),
    "above_parity.with_reinsurer": Wording(_("CCR's director general has proposed it to the minister")),
}
TREATY_CHANGE: Final = {
    "open": Wording(_("Open a treaty")),
    "terms": Wording(_("New terms")),
    "end": Wording(_("End or prolong")),
    "country_amendment": Wording(_("Amendment by country or zone")),
}
TREATY_FIELD: Final = {
    "kind": Wording(_("Kind of guarantee")),
    "market": Wording(_("Market")),
    "reinsurer": Wording(_("Reinsurer")),
    "first_day": Wording(_("In force from")),
    "end_day": Wording(_("First day after the treaty")),
    "renewal_years": Wording(_("Tacitly renewed by years")),
    "ceded_ratio": Wording(_("Ceded share")),
    "ceding_commission": Wording(_("Ceding commission")),
    "reporting_months": Wording(_("Bordereaux")),
    "settlement_days": Wording(_("Settlement within days")),
    "large_loss_amount": Wording(_("Losses advised at once from")),
    "cash_call_amount": Wording(_("Cash call from")),
    "loss_order": Wording(_("Who bears a loss first")),
    "country": Wording(_("Country")),
    "zone": Wording(_("Zone")),
    "is_covered": Wording(_("Cover")),
    "reference": Wording(_("Document")),
}
LOSS_ORDER: Final = {
    "primary_first": Wording(_("Primary guarantee first")),
    "pro_rata": Wording(_("In proportion to both limits")),
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
    "allotment": Wording(_("Reserved part, free")),
    "ceded_indemnity": Wording(_("Ceded indemnities")),
    "recoveries": Wording(_("Ceded recoveries")),
    "claims_outstanding": Wording(_("Outstanding claims")),
    "reserve_movements": Wording(_("Movements of case reserves")),
    "settlement": Wording(pgettext_lazy("account", "Settlement")),
    "bank": Wording(_("Bank")),
    "disbursement_limit": Wording(_("Disbursement limit")),
    "disbursement_room": Wording(_("Room to disburse")),
    "reinsurer_advice": Wording(_("Advised by the reinsurer")),
    "category_account": Wording(_("Account of the category")),
    "special_reserve": Wording(_("Special reserve")),
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
    "allotment": Wording(_("Part of an envelope reserved")),
    "claim": Wording(_("Claim")),
    "claim_correction": Wording(_("Correction of a claim")),
    "recovery": Wording(_("Recovery")),
    "disbursement": Wording(_("Policy year opened")),
    "statement": Wording(_("Statement")),
    "payment": Wording(_("Payment")),
    "advice": Wording(_("Advice of the reinsurer")),
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
    "allotted": Wording(_("reserved to the treaty")),
    "allotment_returned": Wording(_("reserved part given back")),
    "draw_moved": Wording(_("draw moved")),
    "indemnity_ceded": Wording(_("indemnity ceded")),
    "indemnity_reversed": Wording(_("indemnity taken back")),
    "recovery_ceded": Wording(_("recovery ceded")),
    "recovery_reversed": Wording(_("recovery taken back")),
    "reserve_raised": Wording(_("reserve raised")),
    "reserve_reduced": Wording(_("reserve reduced")),
    "stated_owed": Wording(_("stated, owed to the reinsurer")),
    "stated_due": Wording(_("stated, due from the reinsurer")),
    "paid": Wording(_("paid to the reinsurer")),
    "received": Wording(_("received from the reinsurer")),
    "limit_opened": Wording(_("limit opened")),
    "disbursed": Wording(_("disbursed")),
    "disbursed_reversed": Wording(_("disbursement taken back")),
    "result_advised": Wording(_("result advised")),
    "loss_advised": Wording(_("loss advised")),
    "reserve_allocated": Wording(_("allocated to the special reserve")),
    "reserve_used": Wording(_("special reserve used")),
}
CLAIM_MOVEMENT: Final = {
    "indemnity": Wording(_("Indemnity")),
    "reserve": Wording(_("Case reserve")),
    "recovery": Wording(_("Recovery")),
}
CLAIM_OUTCOME: Final = {
    "booked": Wording(_("Booked"), "good", "check"),
    "repeated": Wording(_("Booked before"), "info", "refresh"),
    "refused": Wording(_("Refused"), "bad", "x"),
}
LINE_ANSWER: Final = {
    "none": Wording(pgettext_lazy("line", "To be answered"), "info", "clock"),
    "acknowledged": Wording(pgettext_lazy("line", "Acknowledged"), "good", "check"),
    "disputed": Wording(pgettext_lazy("line", "Disputed"), "bad", "alert-triangle"),
    "settled": Wording(pgettext_lazy("line", "Settled"), "quiet", "check"),
}
DISPUTE_REASON: Final = {
    "amount": Wording(_("The amount is wrong")),
    "ratio": Wording(_("The ceded ratio is wrong")),
    "outside_treaty": Wording(_("Outside the treaty")),
    "told_twice": Wording(_("Told twice")),
    "document_missing": Wording(_("A document is missing")),
    "outside_conditions": Wording(_("Outside the conditions of the State's guarantee")),
    "other": Wording(_("Other; the note says what")),
}
BORDEREAU: Final = {
    "risk": Wording(_("Risk bordereau")),
    "premium": Wording(_("Premium bordereau")),
    "claims": Wording(_("Claims bordereau")),
    "recoveries": Wording(_("Recoveries bordereau")),
}
BORDEREAU_LINE: Final = {
    "ceded": Wording(_("Cession")),
    "amended": Wording(_("Change of a cession")),
    "corrected": Wording(_("Correction")),
    "ended": Wording(_("End of a cession")),
    "replaced": Wording(_("Replacement")),
    "released": Wording(_("Release of run-off")),
    "indemnity": Wording(_("Indemnity")),
    "indemnity_reversed": Wording(_("Indemnity taken back")),
    "reserve": Wording(_("Case reserve")),
    "recovery": Wording(_("Recovery")),
    "recovery_reversed": Wording(_("Recovery taken back")),
}
# Columns of a bordereau that its lines change.
LINE_CHANGE: Final = {
    "gross_change": Wording(_("Before cession")),
    "live_change": Wording(_("Cover in force")),
    "run_off_change": Wording(pgettext_lazy("account", "Run-off")),
    "ceded_premium_change": Wording(_("Ceded premium")),
    "commission_change": Wording(_("Commission")),
    "ceded_indemnity_change": Wording(_("Ceded indemnity")),
    "reserve_change": Wording(_("Ceded reserve")),
    "ceded_recovery_change": Wording(_("Ceded recovery")),
    "owed_change": Wording(_("Owed to the reinsurer")),
}
ACCOUNT_LINE: Final = {
    "premium_ceded": Wording(_("Premiums ceded, written")),
    "premium_credited": Wording(_("Premiums given back")),
    "premium_written": Wording(_("Premiums written, net")),
    "unearned_opening": Wording(_("Unearned premium, opening")),
    "unearned_closing": Wording(_("Unearned premium, closing")),
    "premium_earned": Wording(_("Premiums earned")),
    "commission": Wording(_("Ceding commissions")),
    "claims_paid": Wording(_("Claims paid")),
    "outstanding_opening": Wording(_("Outstanding claims, opening")),
    "reserve_movement": Wording(_("Movement of case reserves")),
    "outstanding_closing": Wording(_("Outstanding claims, closing")),
    "recoveries": Wording(_("Recoveries received")),
    "claims_incurred": Wording(_("Claims incurred")),
    "result": Wording(_("Technical result of the reinsurer")),
    "balance": Wording(_("Balance of the account")),
}
ACCOUNT_SPAN: Final = {
    "period": Wording(_("Period")),
    "year": Wording(_("Year, at its cut-off")),
}
LOSS_ADVICE: Final = {
    "large_loss": Wording(_("Large loss"), "warn", "alert-triangle"),
    "cash_call": Wording(_("Cash call"), "bad", "alert-triangle"),
}
NIGHT_STEP: Final = {
    "offers": Wording(_("Offers expire")),
    "exceptions": Wording(_("Exceptions end")),
    "renewals": Wording(_("Renewals are judged")),
    "lapses": Wording(_("Terms lapse")),
    "complements": Wording(_("Complements follow their primary")),
    "reviews": Wording(_("Buyers rated anew are reviewed")),
    "notices": Wording(_("Notices go out")),
    "release": Wording(_("Run-off that has passed is released")),
    "alerts": Wording(_("Ceilings are watched")),
    "seal": Wording(_("The journal is sealed")),
    "verify": Wording(_("The whole ledger is verified")),
    "reconcile": Wording(_("Cessions are reconciled with guarantees")),
}
NIGHT_COUNT: Final = {
    "offers_expired": Wording(_("offers expired")),
    "exceptions_expired": Wording(_("exceptions ended")),
    "renewed": Wording(_("renewed")),
    "renewals_refused": Wording(_("renewals refused")),
    "renewals_referred": Wording(_("renewals referred")),
    "renewals_failed": Wording(_("renewals failed"), "bad"),
    "lapsed": Wording(_("lapsed")),
    "lapses_failed": Wording(_("lapses failed"), "bad"),
    "complements_reduced": Wording(_("complements reduced")),
    "complements_ended": Wording(_("complements ended")),
    "notices": Wording(_("notices sent")),
}
NIGHT_STATE: Final = {
    "waiting": Wording(_("Waiting"), "quiet", "clock"),
    "running": Wording(_("Under way"), "info", "refresh"),
    "done": Wording(_("Done"), "good", "check"),
}
MESSAGE: Final = {
    "offer_made": Wording(pgettext_lazy("message", "Offer made")),
    "offer_expired": Wording(pgettext_lazy("message", "Offer expired")),
    "offer_withdrawn": Wording(pgettext_lazy("message", "Offer withdrawn")),
    "request_refused": Wording(pgettext_lazy("message", "Request refused")),
    "fact_missing": Wording(pgettext_lazy("message", "A fact is missing")),
    "guarantee_granted": Wording(pgettext_lazy("message", "Guarantee granted")),
    "guarantee_renewed": Wording(pgettext_lazy("message", "Guarantee renewed")),
    "guarantee_lapsed": Wording(pgettext_lazy("message", "Guarantee lapsed")),
    "guarantee_reduced": Wording(pgettext_lazy("message", "Guarantee reduced")),
    "guarantee_ended": Wording(pgettext_lazy("message", "Guarantee ended early")),
    "renewal_notice": Wording(pgettext_lazy("message", "A term is ending")),
    "primary_notice": Wording(pgettext_lazy("message", "Decision on the primary limit")),
    "buyer_notice": Wording(pgettext_lazy("message", "Decision told to the buyer")),
    "rated_out": Wording(pgettext_lazy("message", "No renewal: the buyer's rating")),
    "reduction_announced": Wording(pgettext_lazy("message", "Reduction announced")),
    "renewal_refused": Wording(pgettext_lazy("message", "Renewal refused")),
    "renewal_referred": Wording(pgettext_lazy("message", "Renewal still referred")),
    "exception_asked": Wording(pgettext_lazy("message", "Exception asked for")),
    "exception_decided": Wording(pgettext_lazy("message", "Exception decided")),
    "mediation_answered": Wording(pgettext_lazy("message", "Mediation answered")),
    "claim_declared": Wording(pgettext_lazy("message", "Overdue declared")),
    "loss_fixed": Wording(pgettext_lazy("message", "Loss fixed")),
    "claim_indemnified": Wording(pgettext_lazy("message", "Indemnity paid")),
    "claim_recovered": Wording(pgettext_lazy("message", "Recovery shared")),
    "disbursement_nearly_used": Wording(pgettext_lazy("message", "Disbursement limit nearly reached")),
    "cover_elsewhere": Wording(pgettext_lazy("message", "Cover may be sought elsewhere")),
}
# What became of a message's mails, and of one mail.
MAIL: Final = {
    "sent": Wording(pgettext_lazy("mail", "Mailed"), "good", "check"),
    "queued": Wording(pgettext_lazy("mail", "To be mailed"), "info", "clock"),
    "sending": Wording(pgettext_lazy("mail", "To be mailed"), "info", "clock"),
    "failed": Wording(pgettext_lazy("mail", "Not delivered"), "bad", "alert-triangle"),
    "none": Wording(pgettext_lazy("mail", "No mail")),
    "post": Wording(pgettext_lazy("mail", "By post"), "warn", "send"),
}
READING: Final = {
    "read": Wording(pgettext_lazy("message", "Read")),
    "unread": Wording(pgettext_lazy("message", "New"), "info", "mail"),
}
INBOX: Final = {
    "all": Wording(pgettext_lazy("messages", "All")),
    "unread": Wording(pgettext_lazy("messages", "Unread")),
    "failed": Wording(pgettext_lazy("messages", "Not delivered")),
    "post": Wording(pgettext_lazy("messages", "To be sent by post")),
}
CLOSING: Final = {
    "waiting": Wording(pgettext_lazy("what-if run", "Waiting"), "quiet", "clock"),
    "running": Wording(_("Under way"), "info", "clock"),
    "done": Wording(_("Done"), "good", "check"),
    "failed": Wording(_("Failed"), "bad", "alert-triangle"),
}
PAYMENT: Final = {
    "paid": Wording(_("To the reinsurer")),
    "received": Wording(_("From the reinsurer")),
}
AGE: Final = {
    "no_due_day": Wording(_("No due day"), "quiet"),
    "not_due": Wording(_("Not due"), "info"),
    "to_30": Wording(_("0 to 30 days late"), "warn"),
    "to_60": Wording(_("31 to 60 days late"), "warn"),
    "to_90": Wording(_("61 to 90 days late"), "bad"),
    "over_90": Wording(_("More than 90 days late"), "bad"),
}

# How sure a value of the law is: the tag of its source.
CONFIDENCE: Final = {
    "primary": Wording(pgettext_lazy("source", "text of law"), "good", "check"),
    "official": Wording(pgettext_lazy("source", "official page"), "good", "check"),
    "broker": Wording(pgettext_lazy("source", "professional source"), "info", "info-circle"),
    "inference": Wording(pgettext_lazy("source", "inferred"), "warn", "alert-triangle"),
    "general_knowledge": Wording(pgettext_lazy("source", "not checked"), "warn", "alert-triangle"),
}
CONFIDENCE_EXPLAINED: Final = {
    "primary": Wording(_("Read in the law, decree or code itself.")),
    "official": Wording(_("Read on a page of a ministry, Bpifrance, CCR, Parliament or the European Commission.")),
    "broker": Wording(_("Read at a broker, an insurer or in the professional press; the official text was not found.")),
    "inference": Wording(_("Concluded from other sources; written in none of them.")),
    "general_knowledge": Wording(_("General knowledge, not compared with a source: check before use.")),
}
COUNTRY_STATUS: Final = {
    "domestic": Wording(pgettext_lazy("country", "Domestic market")),
    "overseas": Wording(pgettext_lazy("country", "Other French territories: referred"), "warn", "user-question"),
    "open": Wording(pgettext_lazy("country", "Open"), "good", "check"),
    "closed": Wording(pgettext_lazy("country", "Closed"), "bad", "x"),
    "referred": Wording(pgettext_lazy("country", "Referred"), "warn", "user-question"),
}
# Folders of the law book, as chapters of a collection of law.
LAW_FOLDER: Final = {
    "scheme": Wording(pgettext_lazy("chapter", "The scheme")),
    "complement": Wording(pgettext_lazy("chapter", "Complementary guarantees")),
    "substitution": Wording(pgettext_lazy("chapter", "Substitution guarantees")),
    "portfolio": Wording(pgettext_lazy("chapter", "Reinsurance of portfolios")),
    "envelopes": Wording(pgettext_lazy("chapter", "The State's envelopes")),
    "contracts": Wording(pgettext_lazy("chapter", "Contracts and settings")),
    "settings": Wording(pgettext_lazy("chapter", "Settings")),
    "treaties": Wording(pgettext_lazy("chapter", "Treaties")),
    "domestic": Wording(pgettext_lazy("chapter", "Domestic market")),
    "export": Wording(pgettext_lazy("chapter", "Export")),
    "term": Wording(pgettext_lazy("chapter", "Period of guarantee")),
    "maximum": Wording(pgettext_lazy("chapter", "Fixed maximums")),
}
# Values of the law that are words.
LAW_CHOICE: Final = {
    "open": Wording(pgettext_lazy("law", "open")),
    "closed": Wording(pgettext_lazy("law", "closed")),
    "yes": Wording(pgettext_lazy("law", "yes")),
    "no": Wording(pgettext_lazy("law", "no")),
    "months": Wording(pgettext_lazy("law", "calendar months")),
    "days": Wording(pgettext_lazy("law", "days")),
    "ccr": Wording("CCR"),
    "bpifrance": Wording("Bpifrance Assurance Export"),
    "coface": Wording(pgettext_lazy("law", "Coface for the State")),
    "france": Wording(pgettext_lazy("law", "established in France")),
    "france_or_europe": Wording(pgettext_lazy("law", "established in France or in Europe")),
    "limit": Wording(pgettext_lazy("law", "the ceded part of the limit, holds included")),
    "insured_part": Wording(pgettext_lazy("law", "the insured part of the limit")),
    "policyholder_and_buyer": Wording(pgettext_lazy("law", "one policyholder and one buyer, with one insurer")),
    "buyer": Wording(pgettext_lazy("law", "one buyer, over all policyholders of the insurer")),
    "engaged": Wording(pgettext_lazy("law", "engaged until it has passed")),
    "freed_at_once": Wording(pgettext_lazy("law", "freed at once")),
    "unearned_days_credited": Wording(pgettext_lazy("law", "the unearned days are credited")),
    "due_in_full": Wording(pgettext_lazy("law", "due in full")),
    "delivered_before_end": Wording(pgettext_lazy("law", "delivered before the end")),
    "delivered_and_invoiced_before_end": Wording(pgettext_lazy("law", "delivered and invoiced before the end")),
    "primary_first": Wording(pgettext_lazy("law", "primary guarantee first")),
    "pro_rata": Wording(pgettext_lazy("law", "in proportion of the two limits")),
    "cession_corrected": Wording(pgettext_lazy("law", "corrected from the first day")),
    "cession_stands": Wording(pgettext_lazy("law", "left as it is")),
    "calendar_days": Wording(pgettext_lazy("law", "calendar days")),
    "working_days": Wording(pgettext_lazy("law", "working days")),
    "turnover_or_balance_sheet_and_headcount": Wording(
        pgettext_lazy("law", "(turnover or balance sheet) and headcount")
    ),
    "turnover_or_balance_sheet_with_headcount": Wording(
        pgettext_lazy("law", "turnover or (balance sheet and headcount)")
    ),
}
INSURER: Final = {
    "coface": Wording("Coface"),
    "axa-assurcredit": Wording("AXA Assurcrédit"),
    "groupama": Wording("Groupama Assurance-crédit & Caution"),
    "atradius": Wording("Atradius"),
    "euler-hermes": Wording("Euler Hermes (Allianz Trade)"),
}
CONTRACT_KIND: Final = {
    "tariff": Wording(pgettext_lazy("table", "Tariffs")),
    "zone": Wording(pgettext_lazy("table", "Tariff zones")),
    "grid": Wording(pgettext_lazy("table", "Rating grids")),
    "scale": Wording(pgettext_lazy("table", "Scales of grades")),
    "country": Wording(pgettext_lazy("table", "Countries")),
    "reading": Wording(pgettext_lazy("table", "Chosen readings")),
    "value": Wording(pgettext_lazy("table", "Entered legal values")),
}
ROW_STATE: Final = {
    "current": Wording(pgettext_lazy("row", "In force"), "good", "check"),
    "future": Wording(pgettext_lazy("row", "To come"), "info", "calendar-up"),
    "past": Wording(pgettext_lazy("row", "Past"), "quiet", "clock"),
}
SETTLEMENT: Final = {
    "approved": Wording(pgettext_lazy("proposal", "Approved"), "good", "check"),
    "rejected": Wording(pgettext_lazy("proposal", "Rejected"), "bad", "x"),
    "withdrawn": Wording(pgettext_lazy("proposal", "Withdrawn"), "quiet", "ban"),
}
CHANGE: Final = {
    "new": Wording(pgettext_lazy("law", "New"), "good", "file-plus"),
    "ended": Wording(pgettext_lazy("law", "Ended"), "bad", "ban"),
    "changed": Wording(pgettext_lazy("law", "Changed"), "info", "replace"),
    "same": Wording(pgettext_lazy("law", "Unchanged"), "quiet", "minus"),
}

WHAT_IF_STATUS: Final = {
    "waiting": Wording(pgettext_lazy("what-if run", "Waiting"), "quiet", "clock"),
    "running": Wording(_("Under way"), "info", "clock"),
    "done": Wording(_("Done"), "good", "check"),
    "cancelled": Wording(_("Cancelled"), "quiet", "ban"),
    "failed": Wording(_("Failed"), "bad", "alert-triangle"),
}
WHAT_IF_CHANGE: Final = {
    "lost": Wording(pgettext_lazy("what if", "Lost"), "bad", "x"),
    "referred": Wording(pgettext_lazy("what if", "Referred"), "warn", "user-question"),
    "reduced": Wording(pgettext_lazy("what if", "Reduced"), "warn", "arrow-down-right"),
    "repriced": Wording(pgettext_lazy("what if", "Price or share ceded"), "info", "replace"),
    "raised": Wording(pgettext_lazy("what if", "Raised"), "good", "arrow-up"),
    "gained": Wording(pgettext_lazy("what if", "Gained"), "good", "check"),
    "moved": Wording(pgettext_lazy("what if", "Other answer, no grant"), "quiet", "replace"),
    "same_granted": Wording(pgettext_lazy("what if", "Granted as before"), "quiet", "minus"),
    "same_not_granted": Wording(pgettext_lazy("what if", "Not granted, as before"), "quiet", "minus"),
}
WHAT_IF_DIMENSION: Final = {
    "insurer": Wording(_("By insurer")),
    "product": Wording(_("By product")),
    "zone": Wording(_("By tariff zone")),
    "country": Wording(_("By country of the buyer")),
    "category": Wording(_("By category")),
    "grade": Wording(_("By grade of the insurer")),
}
WHAT_IF_UNJUDGED: Final = {
    "primary_resumed": Wording(_("Left out, because the latest notice opens no top-up of this kind any more:")),
    "facts_out_of_order": Wording(_("Left out, because the facts contradict one another:")),
}
WHAT_IF_COLUMN: Final = {
    "number": Wording(_("No.")),
    "insurer": Wording(_("Insurer")),
    "guarantee": Wording(_("Guarantee")),
    "change": Wording(pgettext_lazy("figure", "Change")),
    "product": Wording(_("Product")),
    "market": Wording(_("Market")),
    "policyholder": Wording(_("Policyholder")),
    "policy_number": Wording(_("Policy")),
    "buyer": Wording(_("Buyer")),
    "buyer_country": Wording(_("Country")),
    "buyer_identifier": Wording(_("Identifier")),
    "grade": Wording(_("Grade")),
    "category": Wording(_("Category")),
    "zone": Wording(_("Zone")),
    "in_force": Wording(_("Amount in force")),
    "outcome_before": Wording(_("Answer before")),
    "outcome_after": Wording(_("Answer after")),
    "amount_before": Wording(_("Amount before")),
    "amount_after": Wording(_("Amount after")),
    "ceded_before": Wording(_("Exposure ceded before")),
    "ceded_after": Wording(_("Exposure ceded after")),
    "ceded_change": Wording(_("Change of exposure ceded")),
    "premium_before": Wording(_("Premium before")),
    "premium_after": Wording(_("Premium after")),
    "rules": Wording(_("Rules")),
    "reasons": Wording(_("Reasons")),
    "texts": Wording(_("Texts")),
}

CLAIM: Final = {
    "overdue_declared": Wording(_("Overdue declared"), "info", "alert-triangle"),
    "in_collection": Wording(_("In collection"), "warn", "clock"),
    "loss_fixed": Wording(_("Loss fixed, to be paid"), "warn", "scale"),
    "indemnified": Wording(_("Indemnified"), "good", "check"),
    "closed": Wording(pgettext_lazy("claim", "Closed"), "quiet", "minus"),
    "withdrawn": Wording(pgettext_lazy("claim", "Withdrawn"), "quiet", "ban"),
}
CLAIM_ACT: Final = {
    "collect": Wording(_("Record a step of collection"), icon="clock"),
    "fix": Wording(_("Fix the loss"), icon="scale"),
    "settle": Wording(_("Pay the indemnity"), icon="check"),
    "recover": Wording(_("Record a recovery"), icon="refresh"),
    "close": Wording(_("Close the claim"), icon="minus"),
    "withdraw": Wording(_("Withdraw the claim"), icon="ban"),
}
CLAIM_CAUSE: Final = {
    "insolvency": Wording(_("Insolvency of the buyer")),
    "protracted_default": Wording(_("Protracted default")),
    "political_event": Wording(_("Political event")),
}
LATE_LINES: Final = {
    "excused": Wording(_("Excused: they count")),
    "left_out": Wording(_("Left out of the loss")),
}
COLLECTION: Final = {"amicable": Wording(_("Amicable")), "judicial": Wording(_("Judicial"))}
CLAIM_LAYER: Final = {"primary": Wording(_("Primary guarantee")), "top_up": Wording(_("Top-up"))}
OUTSIDE_COVER: Final = {
    "before_first_day": Wording(_("Delivered before the first day of cover"), "warn", "x"),
    "after_end": Wording(_("Delivered after the end of cover"), "warn", "x"),
    "no_cover": Wording(_("No cover on this buyer"), "warn", "x"),
    "invoiced_too_late": Wording(_("Invoiced after the policy's delay"), "warn", "x"),
    "invoicing_delay_unset": Wording(_("The policy does not tell its invoicing delay"), "warn", "user-question"),
    "payment_days_too_long": Wording(_("Payment term longer than the policy's"), "warn", "x"),
    "declared_late": Wording(_("Declared too late, left out"), "warn", "x"),
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
    "renewal_outlook": RENEWAL_OUTLOOK,
    "renewal_why": RENEWAL_WHY,
    "renewal_settlement": RENEWAL_SETTLEMENT,
    "renewal_line": RENEWAL_LINE,
    "wave": WAVE,
    "wave_effect": WAVE_EFFECT,
    "identity_kind": IDENTITY_KIND,
    "accumulation": ACCUMULATION,
    "watch": WATCH,
    "cut_measure": CUT_MEASURE,
    "notice_outcome": NOTICE_OUTCOME,
    "reinsurer": REINSURER,
    "account": ACCOUNT,
    "entry": ENTRY,
    "movement": MOVEMENT,
    "what_if_status": WHAT_IF_STATUS,
    "what_if_change": WHAT_IF_CHANGE,
    "what_if_dimension": WHAT_IF_DIMENSION,
    "what_if_unjudged": WHAT_IF_UNJUDGED,
    "what_if_column": WHAT_IF_COLUMN,
    "confidence": CONFIDENCE,
    "confidence_explained": CONFIDENCE_EXPLAINED,
    "country_status": COUNTRY_STATUS,
    "law_folder": LAW_FOLDER,
    "law_choice": LAW_CHOICE,
    "insurer": INSURER,
    "change": CHANGE,
    "contract_kind": CONTRACT_KIND,
    "row_state": ROW_STATE,
    "exception": EXCEPTION,
    "mediation": MEDIATION,
    "short_notice": SHORT_NOTICE,
    "exceptional_case": EXCEPTIONAL_CASE,
    "limit_decision": LIMIT_DECISION,
    "exception_kind": EXCEPTION_KIND,
    "exception_holder": EXCEPTION_HOLDER,
    "exception_step": EXCEPTION_STEP,
    "treaty_change": TREATY_CHANGE,
    "treaty_field": TREATY_FIELD,
    "loss_order": LOSS_ORDER,
    "settlement": SETTLEMENT,
    "claim_movement": CLAIM_MOVEMENT,
    "claim_outcome": CLAIM_OUTCOME,
    "line_answer": LINE_ANSWER,
    "bordereau": BORDEREAU,
    "bordereau_line": BORDEREAU_LINE,
    "line_change": LINE_CHANGE,
    "account_line": ACCOUNT_LINE,
    "account_span": ACCOUNT_SPAN,
    "loss_advice": LOSS_ADVICE,
    "closing": CLOSING,
    "night_step": NIGHT_STEP,
    "night_count": NIGHT_COUNT,
    "night_state": NIGHT_STATE,
    "message": MESSAGE,
    "mail": MAIL,
    "reading": READING,
    "inbox": INBOX,
    "dispute_reason": DISPUTE_REASON,
    "payment": PAYMENT,
    "claim": CLAIM,
    "claim_act": CLAIM_ACT,
    "claim_cause": CLAIM_CAUSE,
    "claim_layer": CLAIM_LAYER,
    "late_lines": LATE_LINES,
    "collection": COLLECTION,
    "outside_cover": OUTSIDE_COVER,
    "age": AGE,
}


def of(kind: str, code: object) -> Wording:
    """The wording of a code; an unknown one is its own label. Raises KeyError for an unknown kind."""
    text = "" if code is None else str(code)
    return KINDS[kind].get(text) or Wording(text)


def choices(kind: str) -> list[tuple[str, object]]:
    """Codes and labels for a select field."""
    return [(code, wording.label) for code, wording in KINDS[kind].items()]
