"""Four endorsements, one for each product, as they would be issued in 2020: the cast of the document tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from capweb.kernel.identifiers import siren_from_serial
from policies.domain import endorsement_parts as parts
from policies.domain.endorsement import EndorsementSnapshot

SALT = "5f2c1f3b8a90c4d7e6b1a2938475f0ce"
LOI = "Loi n° 2020-289 du 23 mars 2020, article 7"
DECRET = "Décret n° 2020-397 du 4 avril 2020"


def insurer() -> parts.Company:
    return parts.Company(
        name="Euler Hermes France",
        siren=siren_from_serial(79948921),
        address=parts.Address(lines=("1 place des Saisons",), postal_code="92048", town="Paris La Défense"),
    )


def policyholder(name: str = "Ateliers Mécaniques du Forez SAS") -> parts.Company:
    return parts.Company(
        name=name,
        siren=siren_from_serial(44112233),
        address=parts.Address(
            lines=("Zone industrielle du Bourg", "12 rue des Forges"), postal_code="42600", town="Montbrison"
        ),
    )


def cap_plus() -> EndorsementSnapshot:
    """A refusal on a buyer of grade 7: held to the category's maximum."""
    return EndorsementSnapshot(
        number="EH-2020-000042",
        version=1,
        issued_on=date(2020, 6, 15),
        issued_at=datetime(2020, 6, 15, 7, 31, 12, tzinfo=UTC),
        effective_on=date(2020, 6, 15),
        cause="grant",
        form="endorsement",
        guarantee="gar_06bqh4xk2m",
        policy_number="EH-448.120.77",
        insurer=insurer(),
        policyholder=policyholder(),
        broker=parts.Broker(name="Courtage Rhône-Loire", siren=siren_from_serial(50214477), orias="09 051 234"),
        product="cap_plus",
        scheme=parts.Scheme(
            law="sha256:0b7f3e4c9d1a52680b7f3e4c9d1a52680b7f3e4c9d1a52680b7f3e4c9d1a5268",
            texts=(
                parts.LegalText(text=LOI, in_force_from=date(2020, 3, 24)),
                parts.LegalText(text=f"{DECRET}, article 4", in_force_from=date(2020, 4, 6)),
            ),
            last_grant_day=date(2020, 12, 30),
        ),
        buyer=parts.Buyer(
            name="Comptoir Général du Bâtiment SARL",
            country="FR",
            identifier_type="SIREN",
            identifier=siren_from_serial(33445566),
        ),
        rating=parts.Rating(scale="Grade Euler Hermes, de 1 à 10", grade="7", rated_on=date(2020, 6, 2)),
        category=2,
        default_probability=parts.DefaultProbability(value=Decimal("0.04"), assessed_on=date(2020, 6, 12)),
        trigger=parts.Trigger(
            kind="refusal",
            notified_on=date(2020, 6, 10),
            effective_on=date(2020, 6, 10),
            primary_before=Decimal(0),
            primary_after=Decimal(0),
        ),
        amounts=parts.Amounts(
            requested_total=Decimal(300000),
            need=Decimal(300000),
            maximum=Decimal(100000),
            granted=Decimal(100000),
            binding="category_maximum",
        ),
        cover=parts.Cover(
            insured_ratio=Decimal("0.80"),
            disbursement_limit=Decimal(3000000),
            notice_days=30,
        ),
        term=parts.CoverTerm(first=date(2020, 6, 15), end=date(2020, 9, 15)),
        premium=parts.Premium(
            rate=Decimal("0.00875"),
            base=Decimal(100000),
            period="quarter",
            amount=Decimal(875),
            due_on=date(2020, 7, 15),
        ),
        reinsurance=parts.Reinsurance(
            reinsurer="ccr", treaty_category="2° garanties de substitution à des risques individuels"
        ),
        treaty_shares=parts.TreatyShares(
            treaty="CCR-EH-SUB-2020",
            kept_ratio=Decimal("0.05"),
            ceded_ratio=Decimal("0.95"),
            kept_amount=Decimal(5000),
            ceded_amount=Decimal(95000),
            salt=SALT,
        ),
        export=None,
        reasons=(
            parts.Reason(
                sentence="Une notification de refus a été reçue sur cet acheteur le 10/06/2020.",
                article=f"{DECRET}, article 4",
                url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/",
            ),
            parts.Reason(
                sentence="La probabilité de défaut à un an, 4 %, se situe entre 2 % et 6 %.",
                article=f"{DECRET}, article 4",
                url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/",
            ),
            parts.Reason(
                sentence="Le grade 7 relève de la catégorie 2 : le montant ne peut excéder 100 000 €.",
                article="Foire aux questions du ministère de l'économie, avril 2020",
            ),
            parts.Reason(
                sentence="La quotité de la police, 90 %, est ramenée au maximum de 80 %.",
                article=f"{DECRET}, article 4",
                url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000041782333/",
            ),
        ),
        acceptance=parts.Acceptance(
            manner="online",
            accepted_by="Claire Fontvieille",
            role="directrice financière",
            accepted_at=datetime(2020, 6, 15, 7, 31, 5, tzinfo=UTC),
            offer="off_06bqh4w9zt",
        ),
        signatory=parts.Signatory(name="Julien Lacaze", title="souscripteur principal"),
        wording="2020-04-15",
    )


def cap() -> EndorsementSnapshot:
    """A reduction of the primary from 400,000 to 150,000: half of the primary is added; the rate is illustrative."""
    return msgspec.structs.replace(
        cap_plus(),
        number="EH-2020-000043",
        product="cap",
        cause="renewal",
        replaces="EH-2020-000007",
        broker=None,
        category=None,
        default_probability=None,
        trigger=parts.Trigger(
            kind="reduction",
            notified_on=date(2020, 5, 15),
            effective_on=date(2020, 6, 15),
            primary_before=Decimal(400000),
            primary_after=Decimal(150000),
        ),
        amounts=parts.Amounts(
            requested_total=Decimal(400000),
            need=Decimal(250000),
            maximum=Decimal(75000),
            granted=Decimal(75000),
            binding="primary_multiple",
            previous=Decimal(80000),
        ),
        cover=parts.Cover(insured_ratio=Decimal("0.90"), loss_order="primary_first", notice_days=30),
        premium=parts.Premium(
            rate=Decimal("0.00375"),
            base=Decimal(75000),
            period="quarter",
            amount=Decimal("281.25"),
            due_on=None,
            is_illustrative=True,
            credit=Decimal("12.40"),
        ),
        term=parts.CoverTerm(first=date(2020, 6, 15), end=date(2020, 9, 15), number=2),
        reinsurance=parts.Reinsurance(
            reinsurer="ccr", treaty_category="1° garanties complémentaires à des risques individuels"
        ),
        treaty_shares=parts.TreatyShares(
            treaty="CCR-EH-COMP-2020",
            kept_ratio=Decimal(0),
            ceded_ratio=Decimal(1),
            kept_amount=Decimal(0),
            ceded_amount=Decimal(75000),
            salt=SALT,
        ),
        reasons=(
            parts.Reason(
                sentence="La garantie primaire a été réduite de 400 000 € à 150 000 € le 15/06/2020.",
                article=f"{DECRET}, article 3",
            ),
            parts.Reason(
                sentence="La garantie complémentaire ne peut excéder 50 % de la garantie primaire, soit 75 000 €.",
                article="Foire aux questions du ministère de l'économie, avril 2020",
            ),
        ),
        acceptance=parts.Acceptance(
            manner="standing",
            accepted_by="Ateliers Mécaniques du Forez SAS",
            role=None,
            accepted_at=datetime(2020, 6, 15, 7, 31, 5, tzinfo=UTC),
            standing_since=date(2020, 5, 4),
        ),
        signatory=None,
    )


def cap_francexport_plus() -> EndorsementSnapshot:
    """A cessation on a Moroccan buyer, sold by a group too large for the scheme but for the ministry's decision."""
    return msgspec.structs.replace(
        cap_plus(),
        number="EH-2020-000044",
        product="cap_francexport_plus",
        default_probability=None,
        buyer=parts.Buyer(
            name="Société Chérifienne d'Équipement SA",
            country="MA",
            identifier_type="ICE",
            identifier="001524837000064",
        ),
        scheme=parts.Scheme(
            law="sha256:3f1be82c7d90a4563f1be82c7d90a4563f1be82c7d90a4563f1be82c7d90a456",
            texts=(
                parts.LegalText(text="Code des assurances, L. 432-2, 1° e)", in_force_from=date(2020, 4, 26)),
                parts.LegalText(text="Code des assurances, R. 442-8-10", in_force_from=date(2015, 11, 12)),
            ),
        ),
        trigger=parts.Trigger(
            kind="cessation",
            notified_on=date(2020, 5, 14),
            effective_on=date(2020, 6, 13),
            primary_before=Decimal(350000),
            primary_after=Decimal(0),
        ),
        amounts=parts.Amounts(
            requested_total=Decimal(350000),
            need=Decimal(350000),
            maximum=Decimal(250000),
            granted=Decimal(250000),
            binding="category_maximum",
        ),
        cover=parts.Cover(insured_ratio=Decimal("0.80"), notice_days=None),
        premium=parts.Premium(
            rate=Decimal("0.0125"),
            base=Decimal(250000),
            period="quarter",
            amount=Decimal(3125),
            due_on=date(2020, 7, 15),
            is_illustrative=True,
            zone="2",
            credit_period_days=90,
            tax_rate=Decimal(0),
            tax_amount=Decimal(0),
        ),
        reinsurance=parts.Reinsurance(reinsurer="bpifrance", treaty_category="2° garanties de substitution"),
        treaty_shares=parts.TreatyShares(
            treaty="BPI-EH-SUB-2020",
            kept_ratio=Decimal("0.05"),
            ceded_ratio=Decimal("0.95"),
            kept_amount=Decimal(12500),
            ceded_amount=Decimal(237500),
            salt=SALT,
        ),
        export=parts.ExportSale(
            french_share=Decimal("0.45"),
            french_share_evidence="attestation du commissaire aux comptes",
            payment_days=60,
            country="MA",
            zone="2",
            market_failure_ground="Décision de la Commission européenne du 27 mars 2020",
        ),
        exceptions=(
            parts.RecordedException(
                kind="large_policyholder",
                reference="DGT-2020-118",
                granted_on=date(2020, 6, 8),
            ),
        ),
        reasons=(
            parts.Reason(
                sentence="La cessation de la garantie primaire a été notifiée le 14/05/2020.",
                article="Code des assurances, R. 442-8-10, 2°",
            ),
            parts.Reason(
                sentence="Le grade 7 relève de la catégorie 2 à l'exportation : le montant ne peut excéder 250 000 €.",
                article="Foire aux questions du ministère de l'économie, avril 2020",
            ),
        ),
    )


def cap_francexport() -> EndorsementSnapshot:
    """A partial grant abroad, under a separate policy: half of the primary is added."""
    return msgspec.structs.replace(
        cap_francexport_plus(),
        number="EH-2020-000045",
        product="cap_francexport",
        form="cap_policy",
        category=None,
        trigger=parts.Trigger(
            kind="partial_grant",
            notified_on=date(2020, 6, 11),
            effective_on=date(2020, 6, 11),
            primary_before=Decimal(0),
            primary_after=Decimal(120000),
        ),
        amounts=parts.Amounts(
            requested_total=Decimal(200000),
            need=Decimal(80000),
            maximum=Decimal(60000),
            granted=Decimal(60000),
            binding="primary_multiple",
        ),
        cover=parts.Cover(insured_ratio=Decimal("0.90"), loss_order="pro_rata"),
        premium=parts.Premium(
            rate=Decimal("0.0075"),
            base=Decimal(60000),
            period="quarter",
            amount=Decimal(450),
            is_illustrative=True,
            zone="2",
            credit_period_days=90,
        ),
        reinsurance=parts.Reinsurance(reinsurer="bpifrance", treaty_category="1° garanties complémentaires"),
        treaty_shares=parts.TreatyShares(
            treaty="BPI-EH-COMP-2020",
            kept_ratio=Decimal(0),
            ceded_ratio=Decimal(1),
            kept_amount=Decimal(0),
            ceded_amount=Decimal(60000),
            salt=SALT,
        ),
        reasons=(
            parts.Reason(
                sentence="La garantie demandée, 200 000 €, a été accordée en partie, à 120 000 €, le 11/06/2020.",
                article="Code des assurances, R. 442-8-10, 1°",
            ),
            parts.Reason(
                sentence="La garantie complémentaire ne peut excéder 50 % de la garantie primaire, soit 60 000 €.",
                article="Foire aux questions du ministère de l'économie, avril 2020",
            ),
        ),
        exceptions=(),
        signatory=None,
    )


def forced_reduction() -> EndorsementSnapshot:
    """The complement follows its primary down within the term: no premium, no acceptance, cover cut short."""
    return msgspec.structs.replace(
        cap(),
        number="EH-2020-000061",
        version=2,
        cause="primary_reduced",
        premium=None,
        acceptance=None,
        term=parts.CoverTerm(first=date(2020, 6, 15), end=date(2020, 9, 15), number=2, cover_end=date(2020, 8, 1)),
    )


ALL = {
    "cap": cap,
    "cap_plus": cap_plus,
    "cap_francexport": cap_francexport,
    "cap_francexport_plus": cap_francexport_plus,
}
