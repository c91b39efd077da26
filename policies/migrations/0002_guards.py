"""The wall between insurers on every table of policies, and the triggers that hold what must always hold."""

from pathlib import Path

from django.db import migrations

from capweb.accounts.row_security import SharedTable, TenantTable, run_sql_file
from policies.models.moves import hold_moves, write_moves

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_initial"),
        ("accounts", "0005_event_stream"),
        ("eligibility", "0002_wall_between_insurers"),
        ("reinsurance", "0002_guards"),
    ]

    operations = [
        TenantTable("Policyholder"),
        TenantTable("PolicyholderFigures", append_only=True),
        TenantTable("Buyer"),
        TenantTable("BuyerFigures", append_only=True),
        TenantTable("BuyerRating", append_only=True),
        TenantTable("Policy"),
        TenantTable("PolicyTerms", append_only=True),
        TenantTable("Mandate"),
        TenantTable("BuyerLimit", append_only=True),
        TenantTable("Submission"),
        TenantTable("SubmissionRow"),
        TenantTable("Claim"),
        TenantTable("CollectionStep", append_only=True),
        TenantTable("Beneficiary"),
        TenantTable("ClaimRecovery", append_only=True),
        TenantTable("ExchangeRate", append_only=True),
        TenantTable("Letter", append_only=True),
        TenantTable("BuyerPortalAddress", append_only=True),
        TenantTable("MessageProgress"),
        SharedTable("AllowedMove", platform="SELECT"),
        SharedTable("Night", app="", platform="SELECT, INSERT, UPDATE"),
        TenantTable("NightStep"),
        TenantTable("NightRun", append_only=True),
        TenantTable("OptOut"),
        TenantTable("BuyerActivity", append_only=True),
        TenantTable("RatingWave"),
        TenantTable("RatingWaveBuyer", append_only=True),
        TenantTable("ShortNotice"),
        TenantTable("WhatIfRun"),
        TenantTable("WhatIfPart", append_only=True),
        TenantTable("LimitRequest", keys_by_hand=("changes",)),
        TenantTable("Offer"),
        TenantTable("Guarantee", append_only=True),
        TenantTable("GuaranteeTerm"),
        TenantTable("RenewalRequest"),
        TenantTable("Notice", append_only=True),
        TenantTable("ClaimInvoice"),
        TenantTable("InvoicePayment", append_only=True),
        TenantTable("DueDayExtension", append_only=True),
        TenantTable("ClaimShare", append_only=True),
        TenantTable("IndemnityPayment", append_only=True),
        TenantTable("RecoveryShare", append_only=True),
        TenantTable("Endorsement", append_only=True),
        TenantTable("RenderedEndorsement", append_only=True),
        TenantTable("ExceptionDossier"),
        TenantTable("EvidenceFile", append_only=True),
        TenantTable("MediationDossier"),
        TenantTable("Message"),
        TenantTable("MessageDelivery"),
        TenantTable("Reduction"),
        TenantTable("RenewalSettlement"),
        run_sql_file(_SQL / "guards.sql"),
        run_sql_file(_SQL / "exceptions.sql"),
        run_sql_file(_SQL / "claims.sql"),
        run_sql_file(_SQL / "messages.sql"),
        run_sql_file(_SQL / "renewal_settlements.sql"),
        run_sql_file(_SQL / "rating_waves.sql"),
        run_sql_file(_SQL / "moves.sql"),
        write_moves(),
        hold_moves("policies_limitrequest", "limit_request"),
        hold_moves("policies_offer", "offer"),
        hold_moves("policies_exceptiondossier", "exception"),
        hold_moves("policies_claim", "claim"),
        hold_moves("policies_mediationdossier", "mediation"),
        hold_moves("policies_reduction", "reduction"),
        hold_moves("policies_renewalsettlement", "renewal_settlement"),
        hold_moves("policies_shortnotice", "short_notice"),
        hold_moves("policies_ratingwave", "rating_wave"),
    ]
