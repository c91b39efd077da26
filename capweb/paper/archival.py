"""How is a document kept for decades and read aloud? PDF/A-3 with level A, and PDF/UA-1, in the same file.

WeasyPrint writes either mark. A file that carries both must name both in its XMP metadata and, for PDF/A, describe the
property of the foreign schema (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5).
"""

from __future__ import annotations

from typing import Final

from weasyprint.document import DocumentMetadata

VARIANT: Final = "pdf/a-3a"

_ACCESSIBLE: Final = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


class ArchivedAndAccessible(DocumentMetadata):  # type: ignore[misc]
    """The document's metadata, with the mark of PDF/UA-1 beside that of PDF/A-3."""

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str | None) -> bytes:
        marked: bytes = super().generate_rdf_metadata(variant, version, conformance)
        head, end = marked.rsplit(b"</rdf:RDF>", 1)
        return head + _ACCESSIBLE + b"</rdf:RDF>" + end
