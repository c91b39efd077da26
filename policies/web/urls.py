"""Addresses of this room's pages."""

from django.urls import URLPattern, URLResolver, path

from policies.web import (
    audit_packs,
    business_day,
    claim_movements,
    guarantees,
    handing_in,
    outlook,
    portal,
    requests,
    treaties,
    what_if,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("technical-accounts/<slug:public_id>.zip", audit_packs.AuditPack.as_view(), name="audit_pack"),
    path("requests", requests.Queue.as_view(), name="queue"),
    path("requests/new", handing_in.NewRequest.as_view(), name="new_request"),
    path("requests/<slug:public_id>", requests.Request.as_view(), name="request"),
    path("requests/<slug:public_id>/settle", requests.Settle.as_view(), name="settle"),
    path("requests/<slug:public_id>/judge-again", requests.JudgeAgain.as_view(), name="judge_again"),
    path("submissions", handing_in.Upload.as_view(), name="upload"),
    path("submissions/example.csv", handing_in.UploadExample.as_view(), name="upload_example"),
    path("submissions/<slug:public_id>", handing_in.Submission.as_view(), name="submission"),
    path(
        "submissions/<slug:public_id>/progress", handing_in.SubmissionProgressPart.as_view(), name="submission_progress"
    ),
    path("submissions/<slug:public_id>/errors.csv", handing_in.SubmissionErrors.as_view(), name="submission_errors"),
    path("portal", portal.Portal.as_view(), name="portal"),
    path("offers/accept", portal.AcceptOffers.as_view(), name="accept_offers"),
    path("offers/<slug:public_id>", portal.Offer.as_view(), name="offer"),
    path("offers/<slug:public_id>/accept", portal.AcceptOffer.as_view(), name="accept_offer"),
    path("offers/<slug:public_id>/decline", portal.DeclineOffer.as_view(), name="decline_offer"),
    path("guarantees", guarantees.Guarantees.as_view(), name="guarantees"),
    path("guarantees/renewals", guarantees.AskForRenewals.as_view(), name="ask_renewals"),
    path("guarantees/<slug:public_id>", guarantees.Guarantee.as_view(), name="guarantee"),
    path("guarantees/<slug:public_id>/renewal", guarantees.AskForRenewals.as_view(), name="renew"),
    path("endorsements/<path:number>.pdf", guarantees.EndorsementPdf.as_view(), name="endorsement_pdf"),
    path("claim-movements", claim_movements.ClaimMovements.as_view(), name="claim_movements"),
    path(
        "claim-movements/example.csv",
        claim_movements.ClaimMovementsExample.as_view(),
        name="claim_movements_example",
    ),
    path("cessions/<slug:public_id>", claim_movements.Cession.as_view(), name="cession"),
    path("what-if-runs", what_if.WhatIfRuns.as_view(), name="what_if_runs"),
    path("what-if-runs/new", what_if.NewWhatIfRun.as_view(), name="new_what_if_run"),
    path("what-if-runs/<slug:public_id>", what_if.WhatIfRun.as_view(), name="what_if_run"),
    path("what-if-runs/<slug:public_id>/progress", what_if.WhatIfProgress.as_view(), name="what_if_progress"),
    path("what-if-runs/<slug:public_id>/cancel", what_if.CancelWhatIfRun.as_view(), name="cancel_what_if_run"),
    path("what-if-runs/<slug:public_id>/report.xlsx", what_if.WhatIfWorkbook.as_view(), name="what_if_workbook"),
    path("what-if-runs/<slug:public_id>/lines.csv", what_if.WhatIfCsv.as_view(), name="what_if_csv"),
    path("treaty-proposals", treaties.TreatyProposals.as_view(), name="treaty_proposals"),
    path("treaty-proposals/new", treaties.ProposeTreatyChange.as_view(), name="propose_treaty_change"),
    path("treaty-proposals/<slug:public_id>", treaties.TreatyProposal.as_view(), name="treaty_proposal"),
    path(
        "treaty-proposals/<slug:public_id>/decide",
        treaties.DecideTreatyProposal.as_view(),
        name="decide_treaty_proposal",
    ),
    path("envelopes/outlook", outlook.EnvelopeOutlook.as_view(), name="outlook"),
    path("business-day", business_day.BusinessDay.as_view(), name="business_day"),
]
