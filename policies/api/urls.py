"""Addresses of this room's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from policies.api import (
    claim_movements,
    endorsements,
    exceptions,
    feeds,
    guarantees,
    judgements,
    limit_requests,
    limits,
    mediations,
    offers,
    submissions,
    what_if,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("limit-requests", limit_requests.LimitRequests.as_view(), name="limit_requests"),
    path("limit-requests/bulk", submissions.BulkRequests.as_view(), name="bulk_requests"),
    path("limit-requests/<slug:public_id>", limit_requests.LimitRequest.as_view(), name="limit_request"),
    path(
        "limit-requests/<slug:public_id>/judgement",
        judgements.RequestJudgement.as_view(),
        name="limit_request_judgement",
    ),
    path("submissions/<slug:public_id>", submissions.Submission.as_view(), name="submission"),
    path("submissions/<slug:public_id>/rows", submissions.SubmissionRows.as_view(), name="submission_rows"),
    path("offers/bulk-accept", offers.BulkAcceptOffers.as_view(), name="accept_offers"),
    path("offers/<slug:public_id>/accept", offers.AcceptOffer.as_view(), name="accept_offer"),
    path("offers/<slug:public_id>/decline", offers.DeclineOffer.as_view(), name="decline_offer"),
    path("guarantees", guarantees.Guarantees.as_view(), name="guarantees"),
    path("guarantees/bulk-renewal-requests", guarantees.BulkRenewalRequests.as_view(), name="ask_for_renewals"),
    path("guarantees/<slug:public_id>", guarantees.Guarantee.as_view(), name="guarantee"),
    path("guarantees/<slug:public_id>/renewal-requests", guarantees.RenewalRequests.as_view(), name="ask_for_renewal"),
    path("endorsements/<slug:number>.pdf", endorsements.EndorsementPdf.as_view(), name="endorsement_pdf"),
    path("endorsements/<slug:number>", endorsements.Endorsement.as_view(), name="endorsement"),
    path("mediations", mediations.Mediations.as_view(), name="mediations"),
    path("mediations/<slug:public_id>", mediations.MediationView.as_view(), name="mediation"),
    path("exceptions", exceptions.Exceptions.as_view(), name="exceptions"),
    path("exceptions/<slug:public_id>", exceptions.ExceptionView.as_view(), name="exception"),
    path("buyer-limits/bulk", feeds.BulkBuyerLimits.as_view(), name="bulk_buyer_limits"),
    path("buyer-ratings/bulk", feeds.BulkBuyerRatings.as_view(), name="bulk_buyer_ratings"),
    path("claim-movements/bulk", claim_movements.BulkClaimMovements.as_view(), name="bulk_claim_movements"),
    path("what-if-runs", what_if.WhatIfRuns.as_view(), name="what_if_runs"),
    path("what-if-runs/<slug:public_id>.xlsx", what_if.WhatIfWorkbook.as_view(), name="what_if_workbook"),
    path("what-if-runs/<slug:public_id>", what_if.WhatIfRunView.as_view(), name="what_if_run"),
    path("what-if-runs/<slug:public_id>/cancel", what_if.CancelWhatIfRun.as_view(), name="cancel_what_if_run"),
    path("what-if-runs/<slug:public_id>/lines", what_if.WhatIfLines.as_view(), name="what_if_lines"),
    path("limits", limits.Limits.as_view(), name="limits"),
]
