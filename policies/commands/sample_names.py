"""What the companies of the sample are called, and where they are. Every name is made up; a real one is chance.

Names are put together from the serial number of a company, so that the same company has the same name with every
insurer that knows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

TRADES: Final = (
    "Menuiserie", "Charpentes", "Métallerie", "Négoce Bois", "Matériaux", "Travaux Publics", "Électricité",
    "Plomberie", "Distribution", "Emballages", "Imprimerie", "Textiles", "Cuirs", "Transports", "Logistique",
    "Quincaillerie", "Outillage", "Mécanique", "Usinage", "Fonderie", "Plasturgie", "Chimie", "Peintures",
    "Agencement", "Mobilier", "Conserverie", "Laiterie", "Minoterie", "Viandes", "Marée", "Primeurs", "Vins",
    "Semences", "Agroéquipement", "Pièces Auto", "Carrosserie", "Informatique", "Fournitures", "Papeterie",
    "Horticulture",
)  # fmt: skip
PLACES: Final = (
    "de l'Adour", "d'Armor", "d'Artois", "de l'Aubrac", "du Beaujolais", "de la Brenne", "de la Bresse", "du Causse",
    "des Cévennes", "de Chalosse", "de la Combraille", "du Condroz", "de Cornouaille", "de la Dombes", "du Forez",
    "de Gascogne", "du Gâtinais", "de Gâtine", "du Hurepoix", "du Jura", "du Léon", "du Livradois", "du Lubéron",
    "de la Margeride", "du Morvan", "du Nivernais", "de l'Orne", "d'Othe", "du Perche", "du Quercy", "du Retz",
    "du Rouergue", "de Sologne", "de la Thiérache", "du Trégor", "de la Vanoise", "du Vercors", "du Vexin", "de Vimeu",
    "de la Woëvre",
)  # fmt: skip
FAMILIES: Final = (
    "Aubin", "Barthe", "Caillaud", "Delorme", "Estève", "Fabre", "Gaudin", "Hamon", "Imbert", "Jacquin", "Kerbrat",
    "Lacroix", "Masson", "Nivelle", "Oger", "Pasquier", "Quéré", "Rivoal", "Sauvage", "Tessier", "Urbain", "Vallin",
    "Weber", "Yvon",
)  # fmt: skip
TOWNS: Final = (
    ("67000", "Strasbourg"), ("33000", "Bordeaux"), ("63000", "Clermont-Ferrand"), ("21000", "Dijon"),
    ("35000", "Rennes"), ("45000", "Orléans"), ("51100", "Reims"), ("25000", "Besançon"), ("76000", "Rouen"),
    ("34000", "Montpellier"), ("87000", "Limoges"), ("57000", "Metz"), ("44000", "Nantes"), ("59000", "Lille"),
    ("31000", "Toulouse"), ("06000", "Nice"), ("13002", "Marseille"), ("69003", "Lyon"), ("38000", "Grenoble"),
    ("49000", "Angers"), ("29200", "Brest"), ("80000", "Amiens"), ("37000", "Tours"), ("64000", "Pau"),
    ("42000", "Saint-Étienne"), ("72000", "Le Mans"), ("85000", "La Roche-sur-Yon"), ("12000", "Rodez"),
)  # fmt: skip
STREETS: Final = (
    "rue du Commerce", "rue des Tanneurs", "avenue de la Gare", "rue du Moulin", "zone artisanale des Chênes",
    "boulevard de l'Industrie", "quai du Port", "rue des Forges", "chemin des Vignes", "rue de la Halle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Abroad:
    """A country to which the sample exports: how often, how its companies are called and numbered."""

    country: str
    weight: int
    forms: tuple[str, ...]
    stems: tuple[str, ...]
    identifier: str


# Weights are plausible for French exporters and nothing more. `#` in an identifier stands for a digit.
COUNTRIES: Final = (
    Abroad("DE", 14, ("GmbH", "AG", "KG"), ("Bergmann", "Nordlicht", "Rheintal", "Hartwig", "Oberland"), "HRB 1######"),
    Abroad("ES", 11, ("SL", "SA"), ("Talleres Ebro", "Sierra Alta", "Almazara", "Puerto", "Navarra"), "B########"),
    Abroad("IT", 11, ("SpA", "Srl"), ("Valbruna", "Adige", "Ponte Alto", "Ferriere", "Lanificio"), "IT01#######9"),
    Abroad("BE", 9, ("NV", "SRL", "SA"), ("Scheldt", "Ardennes", "Dendre", "Kempen", "Meuse"), "BE 04########"),
    Abroad("GB", 8, ("Ltd", "plc"), ("Harrow Mill", "Pennine", "Wharfe", "Solent", "Kestrel"), "0#######"),
    Abroad("NL", 6, ("BV", "NV"), ("Waterweg", "Noordzee", "Veluwe", "Maas", "Polder"), "KVK 3#######"),
    Abroad("CH", 4, ("SA", "AG", "Sàrl"), ("Jura", "Rhodan", "Lavaux", "Aare", "Gotthard"), "CHE-1########"),
    Abroad("PT", 4, ("Lda", "SA"), ("Douro", "Serra", "Ribeira", "Alentejo", "Lusitana"), "PT50#######"),
    Abroad("PL", 4, ("Sp. z o.o.", "SA"), ("Wisła", "Tatry", "Mazur", "Bałtyk", "Odra"), "KRS 0000######"),
    Abroad("US", 6, ("Inc.", "LLC"), ("Redwood", "Bluegrass", "Lakeview", "Cascade", "Palmetto"), "EIN 4#-#######"),
    Abroad("MA", 5, ("SARL", "SA"), ("Atlas", "Souss", "Rif", "Tensift", "Zagora"), "RC 1######"),
    Abroad("TN", 3, ("SARL", "SA"), ("Carthage", "Sahel", "Medjerda", "Jasmin", "Cap Bon"), "RC B0######2012"),
    Abroad("DZ", 2, ("SPA", "SARL"), ("Aurès", "Mitidja", "Kabylie", "Hodna", "Chélif"), "RC 16/00-0######"),
    Abroad("CI", 2, ("SARL", "SA"), ("Comoé", "Bandama", "Lagune", "Ivoire", "Sassandra"), "CI-ABJ-2014-B-######"),
    Abroad("SN", 2, ("SARL", "SA"), ("Téranga", "Casamance", "Cap-Vert", "Sine", "Saloum"), "SN-DKR-2013-B-######"),
    Abroad("TR", 2, ("A.Ş.", "Ltd. Şti."), ("Anadolu", "Ege", "Bosfor", "Toros", "Marmara"), "MERSIS 0########"),
    Abroad("AE", 2, ("LLC", "FZE"), ("Dhow", "Oasis", "Creek", "Falcon", "Pearl"), "CN-1######"),
    Abroad("CN", 2, ("Co. Ltd",), ("Yangtze", "Pearl River", "Harbour", "Jade", "Golden Field"), "91310000########X"),
    Abroad("BR", 1, ("Ltda", "SA"), ("Paraná", "Serra Azul", "Cerrado", "Ipê", "Rio Claro"), "1#.###.###/0001-00"),
    Abroad("VN", 1, ("JSC", "Co. Ltd"), ("Mekong", "Lotus", "Red River", "Bamboo", "Tonkin"), "030#######"),
    Abroad("PF", 1, ("SARL", "SAS"), ("Moana", "Taravao", "Fenua", "Opunohu", "Tiaré"), "TAHITI A######"),
)  # fmt: skip
# French departments overseas: domestic for the scheme, known by a SIREN.
OVERSEAS: Final = (("RE", "97400", "Saint-Denis"), ("GP", "97110", "Pointe-à-Pitre"), ("MQ", "97200", "Fort-de-France"))


def french_name(random: Random) -> str:
    """A company name as one reads in France."""
    form = random.choice(("SARL", "SAS", "SAS", "SA", "SARL"))
    if random.random() < 0.5:
        return f"{random.choice(TRADES)} {random.choice(PLACES)} {form}"
    return f"{random.choice(TRADES)} {random.choice(FAMILIES)} {form}"


def french_address(random: Random) -> tuple[str, str, str]:
    """Street, postal code and town."""
    postal_code, town = random.choice(TOWNS)
    return f"{random.randint(1, 180)} {random.choice(STREETS)}", postal_code, town


def foreign_name(random: Random, place: Abroad) -> str:
    """A company name as one reads abroad."""
    trade = random.choice(("Trading", "Industrie", "Import", "Logistics", "Foods", "Tools", "Systems", "Textil"))
    return f"{random.choice(place.stems)} {trade} {random.choice(place.forms)}"


def foreign_identifier(serial: int, place: Abroad) -> str:
    """A number in the manner of the country's register, with the serial in it so that it is unique."""
    blanks = place.identifier.count("#")
    digits = iter(f"{serial % 10**blanks:0{blanks}d}")
    return "".join(next(digits) if mark == "#" else mark for mark in place.identifier)
