"""The PDF: what a reader can select, three pages, shipped fonts, no address, the same bytes twice, archival marks."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from capweb.paper.shipped_files import ShippedFiles
from policies.documents.endorsement_pdf import ATTACHMENT, endorsement_pdf
from policies.domain import endorsement_parts as parts
from policies.domain.endorsement import digest, disclosed, from_json
from tests.documents import snapshots

changed = msgspec.structs.replace


@cache
def pdf(product: str) -> bytes:
    return endorsement_pdf(snapshots.ALL[product]())


def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def text(content: bytes) -> str:
    """All words of the file, one space between them."""
    return " ".join(" ".join(page.extract_text() for page in reader(content).pages).split())


COMMON = [
    "Euler Hermes France",
    "799 489 216",
    "92048 Paris La Défense",
    "Ateliers Mécaniques du Forez SAS",
    "441 122 330",
    "42600 Montbrison",
    "EH-448.120.77",
    "15/06/2020",
    "du 15/06/2020 à 0 h au 14/09/2020 à 24 h",
    "Rétroactivité Aucune",
    "Tacite reconduction Aucune",
    "euro (EUR)",
    "Horodatage 15/06/2020 à 09:31:05 (heure de Paris)",
    "hors taxes",
]
FIELDS = {
    "cap": [
        "N° EH-2020-000043",
        "Avenant de renouvellement",
        "Sans courtier",
        "Réduction de la garantie primaire",
        "Notifié le 15/05/2020",
        "Effet le 15/06/2020",
        "Primaire antérieure 400 000,00 €",
        "Primaire nouvelle 150 000,00 €",
        "Montant antérieur 80 000,00 €",
        "Couverture demandée 400 000,00 €",
        "Besoin à couvrir 250 000,00 €",
        "Montant accordé 75 000,00 €",
        "la part de la garantie primaire admise par le dispositif",
        "Quotité 90 % de la perte hors taxes",
        "Limite de décaissement Sans objet",
        "Taux 0,375 % par trimestre TAUX ILLUSTRATIF",
        "Prime hors taxes 281,25 €",
        "Crédit (jours non courus) 12,40 €",
        "Taxes en sus, selon la législation en vigueur",
        "Selon l’échéancier de la police",
        "Remplace l’avenant EH-2020-000007",
        "Caisse centrale de réassurance (CCR)",
        "1° garanties complémentaires à des risques individuels",
        "Acceptation permanente",
        "Donnée le 04/05/2020",
    ],
    "cap_plus": [
        "N° EH-2020-000042",
        "Courtage Rhône-Loire",
        "ORIAS 09 051 234",
        "334 455 664",
        "7 (Grade Euler Hermes, de 1 à 10), au 02/06/2020",
        "Catégorie de risque 2",
        "4 %, évaluée le 12/06/2020",
        "Refus de garantie primaire",
        "Maximum possible 100 000,00 €",
        "le plafond de la catégorie de risque",
        "Limite de décaissement 3 000 000,00 € par année d’assurance",
        "Taux 0,875 % par trimestre",
        "Assiette 100 000,00 €",
        "Prime hors taxes 875,00 €",
        "Exigible le 15/07/2020",
        "Loi n° 2020-289 du 23 mars 2020, article 7 en vigueur depuis le 24/03/2020",
        "Dernier jour d’octroi 30/12/2020",
        "SHA-256 0b7f3e4c9d1a5268…",
        "se situe entre 2 % et 6 %. – Décret n° 2020-397 du 4 avril 2020, article 4",
        "Julien Lacaze, souscripteur principal",
        "Acceptation en ligne",
        "Claire Fontvieille, directrice financière",
        "off_06bqh4w9zt",
    ],
    "cap_francexport": [
        "Police : conditions particulières",
        "Accord partiel sur la garantie demandée",
        "Primaire nouvelle 120 000,00 €",
        "Zone tarifaire 2",
        "Crédit maximal 90 jours",
        "Bpifrance Assurance Export",
        "La présente police Cap Francexport accorde",
    ],
    "cap_francexport_plus": [
        "Cessation de la garantie primaire",
        "ICE 001524837000064",
        "Pays de destination Maroc",
        "Part française déclarée 45 % attestation du commissaire aux comptes",
        "Délai de paiement 60 jours",
        "Zone 2",
        "Décision de la Commission européenne du 27 mars 2020",
        "Décision ministérielle DGT-2020-118 du 08/06/2020 assuré de grande taille",
        "Taxes 0,00 € (0 %)",
        "Code des assurances, R. 442-8-10",
    ],
}


@pytest.mark.parametrize("product", snapshots.ALL)
def test_every_field_can_be_read_in_order_from_the_pdf(product: str) -> None:
    words = text(pdf(product))
    missing = [mention for mention in COMMON + FIELDS[product] if mention not in words]
    assert not missing
    fingerprint = digest(snapshots.ALL[product]())
    assert " ".join(fingerprint[start : start + 8] for start in range(0, 64, 8)) in words


@pytest.mark.parametrize("product", snapshots.ALL)
def test_a_document_has_three_numbered_pages_each_with_its_digest(product: str) -> None:
    pages = [page.extract_text() for page in reader(pdf(product)).pages]
    assert len(pages) == 3
    fingerprint = digest(snapshots.ALL[product]())
    for number, page in enumerate(pages, start=1):
        assert f"page {number}/3" in page
        assert f"SHA-256 {fingerprint[:8]}…{fingerprint[-8:]}" in page


def test_only_shipped_fonts_are_used_and_all_are_embedded() -> None:
    names = set()
    for page in reader(pdf("cap_plus")).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            names.add(str(descendant["/BaseFont"]).split("+")[-1].split("-")[0])
            assert "/FontFile2" in descendant["/FontDescriptor"] or "/FontFile3" in descendant["/FontDescriptor"]
    assert names <= {"Inter", "Source", "Capweb"}


def test_names_in_greek_cyrillic_polish_and_vietnamese_need_no_other_font() -> None:
    name = "Ελληνική Εταιρεία – Торговый дом – Żółć Łódź – Công ty Việt"
    content = endorsement_pdf(changed(snapshots.cap_plus(), policyholder=snapshots.policyholder(name)))
    assert name in text(content)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader(content).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all(font.split("+")[-1].startswith(("Inter", "Source", "Capweb")) for font in fonts), fonts


def test_the_only_addresses_to_follow_are_those_of_the_articles() -> None:
    snapshot = snapshots.cap_plus()
    wanted = {reason.url for reason in snapshot.reasons if reason.url}
    links = [note for page in reader(pdf("cap_plus")).pages for note in page.get("/Annots", ())]
    assert {str(link["/A"]["/URI"]) for link in links} == wanted != set()


def test_an_address_that_is_not_https_is_no_link() -> None:
    reasons = (parts.Reason(sentence="Une phrase.", article="Un article", url="javascript:alert(1)"),)
    page = reader(endorsement_pdf(changed(snapshots.cap_plus(), reasons=reasons)))
    assert not [note for one in page.pages for note in one.get("/Annots", ())]
    assert "Un article" in text(endorsement_pdf(changed(snapshots.cap_plus(), reasons=reasons)))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.css",
        "file:///etc/passwd",
        "shipped:../settings.py",
        "data:,x",
    ],
)
def test_a_document_asks_nobody_for_a_file(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        HTML(string=f'<img src="{address}" alt="x">', url_fetcher=ShippedFiles()).render()


def test_the_same_snapshot_gives_the_same_bytes_after_other_documents_too() -> None:
    first = pdf("cap_plus")
    endorsement_pdf(changed(snapshots.cap(), policyholder=snapshots.policyholder("Торговый дом")))
    assert endorsement_pdf(snapshots.cap_plus()) == first


def test_another_process_makes_the_same_bytes() -> None:
    script = (
        "import django; django.setup()\n"
        "from hashlib import sha256\n"
        "from policies.documents.endorsement_pdf import endorsement_pdf\n"
        "from tests.documents import snapshots\n"
        "print(sha256(endorsement_pdf(snapshots.cap_plus())).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "PYTHONPATH": "."}
    environment["DJANGO_SETTINGS_MODULE"] = "capweb.settings"
    printed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split()[-1] == hashlib.sha256(pdf("cap_plus")).hexdigest()


def test_the_file_declares_archiving_accessibility_language_and_title() -> None:
    found = reader(pdf("cap_plus"))
    catalog = found.root_object
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="A"' in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert metadata.count("</rdf:RDF>") == 1
    assert catalog["/Lang"] == "fr"
    assert catalog["/MarkInfo"]["/Marked"] is not None
    assert "/StructTreeRoot" in catalog
    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert found.metadata.title == "Avenant d’octroi de garantie n° EH-2020-000042 – CAP+"
    assert found.metadata.author == "Euler Hermes France"
    assert found.metadata["/CreationDate"] == "D:20200615073112Z"
    assert found.trailer["/ID"][0] == digest(snapshots.cap_plus())[:32]


def test_the_disclosed_snapshot_is_attached_and_the_shares_are_not() -> None:
    snapshot = snapshots.cap_plus()
    found = reader(pdf("cap_plus"))
    (attached,) = found.attachments[ATTACHMENT]
    assert from_json(attached) == disclosed(snapshot)
    assert b"CCR-EH-SUB-2020" not in attached
    associated = found.root_object["/AF"][0].get_object()
    assert associated["/AFRelationship"] == "/Source"


def test_a_very_long_name_stays_inside_the_page() -> None:
    long_name = "W" * 160 + " Société " * 12
    snapshot = snapshots.cap_francexport_plus()
    content = endorsement_pdf(
        changed(
            snapshot,
            insurer=changed(snapshot.insurer, name=long_name),
            policyholder=snapshots.policyholder(long_name),
            broker=changed(snapshot.broker, name=long_name),
            buyer=changed(snapshot.buyer, name=long_name, identifier="9" * 60, identifier_type="Registre " * 8),
        )
    )
    pages = reader(content).pages
    assert len(pages) <= 4
    assert text(content).replace(" ", "").count("W" * 160) >= 4
    for page in pages:
        for right, bottom in _right_and_bottom(page):
            assert right <= float(page.mediabox.width) - 40
            assert bottom >= 0


def _right_and_bottom(page) -> list[tuple[float, float]]:
    """Right end, by a narrow estimate of its width, and height above the foot of every piece of text on the page."""
    found: list[tuple[float, float]] = []

    def visit(piece: str, current, matrix, _font, size) -> None:
        if piece.strip():
            x = matrix[4] * current[0] + matrix[5] * current[2] + current[4]
            y = matrix[4] * current[1] + matrix[5] * current[3] + current[5]
            longest = max(len(line) for line in piece.splitlines() if line.strip())
            found.append((x + 0.3 * size * abs(matrix[0]) * current[0] * longest, y))

    page.extract_text(visitor_text=visit)
    return found
