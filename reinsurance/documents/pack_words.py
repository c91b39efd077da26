"""The README of an audit pack, in French and in English: what is in it and how it is checked without us."""

from __future__ import annotations

from typing import Final

README_FR: Final = """\
DOSSIER D'AUDIT — {title}

{cedant} → {reinsurer}
{cover}, {days}
Arrêté le {closed_on} ; écritures scellées du journal jusqu'au n° {number}.

Contenu
  bordereaux/               les bordereaux de la période, chacun en JSON, CSV et XLSX
  compte/                   le compte technique : relevé PDF et données JSON
  schema/bordereau-1.json   le schéma JSON publié des bordereaux
  droit/public-law.json     le droit public et les tarifs applicables, avec leurs références
  traite.json               les conditions du traité en vigueur
  journal.csv               l'extrait du journal : chaque écriture dite par ces bordereaux
  sceaux/                   points de contrôle signés du journal et preuves d'inclusion
  verifier/check_bordereau.py   le vérificateur, sans dépendance
  MANIFEST.sha256           l'empreinte de chaque fichier

Vérifier
  1. sha256sum -c MANIFEST.sha256
  2. python3 verifier/check_bordereau.py --law droit/public-law.json bordereaux/*.json bordereaux/*.csv
     Chaque ligne est recalculée : montant cédé, prime, prime cédée, commission, taux, exercice, totaux, empreinte.
     Sortie 0 : tout concorde ; 1 : ce qui diffère est nommé ; 2 : un fichier est illisible.
  Python 3.11 ou plus récent suffit ; ni réseau ni autre logiciel.
"""

README_EN: Final = """\
AUDIT PACK — {title}

{cedant} → {reinsurer}
{cover}, {days}
Closed on {closed_on}; sealed journal entries up to number {number}.

Contents
  bordereaux/               the period's bordereaux, each as JSON, CSV and XLSX
  compte/                   the technical account: statement as PDF and data as JSON
  schema/bordereau-1.json   the published JSON Schema of bordereaux
  droit/public-law.json     the public law and tariffs that apply, with their references
  traite.json               the terms of the treaty in force
  journal.csv               the journal extract: every entry that these bordereaux tell
  sceaux/                   signed checkpoints of the journal and proofs of inclusion
  verifier/check_bordereau.py   the checker, without dependencies
  MANIFEST.sha256           the digest of every file

Check
  1. sha256sum -c MANIFEST.sha256
  2. python3 verifier/check_bordereau.py --law droit/public-law.json bordereaux/*.json bordereaux/*.csv
     Every line is derived again: ceded amount, premium, ceded premium, commission, ratio, treaty year, sums, digest.
     Exit status 0: all agree; 1: what differs is named; 2: a file cannot be read.
  Python 3.11 or later is enough; no network, no other software.
"""
