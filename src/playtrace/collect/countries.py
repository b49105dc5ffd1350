"""Countries as clients name them: two letters, three, or in English. What is stored are the two (ISO 3166-1)."""

from __future__ import annotations

import unicodedata

NOWHERE = frozenset({"XX", "ZZ", "T1", "A1", "A2", "O1", "EU", "AP", "--", "??"})
"""How proxies, databases and clients say that they do not know: nowhere, Tor, a satellite, a whole continent."""

ALSO_CALLED = {"UK": "GB", "EL": "GR"}
"""Two letters that are no code of ISO 3166-1 and mean one country all the same."""

TABLE = """\
AD AND Andorra
AE ARE United Arab Emirates | UAE
AF AFG Afghanistan
AG ATG Antigua and Barbuda
AI AIA Anguilla
AL ALB Albania
AM ARM Armenia
AO AGO Angola
AQ ATA Antarctica
AR ARG Argentina
AS ASM Samoa | American Samoa
AT AUT Austria
AU AUS Australia
AW ABW Aruba
AX ALA Åland Islands
AZ AZE Azerbaijan
BA BIH Bosnia and Herzegovina | Bosnia
BB BRB Barbados
BD BGD Bangladesh
BE BEL Belgium
BF BFA Burkina Faso
BG BGR Bulgaria
BH BHR Bahrain
BI BDI Burundi
BJ BEN Benin
BL BLM Saint Barthelemy | Saint Barthélemy
BM BMU Bermuda
BN BRN Brunei | Brunei Darussalam
BO BOL Bolivia | Plurinational State of Bolivia
BQ BES Caribbean NL
BR BRA Brazil
BS BHS Bahamas
BT BTN Bhutan
BV BVT Bouvet Island
BW BWA Botswana
BY BLR Belarus
BZ BLZ Belize
CA CAN Canada
CC CCK Cocos Islands
CD COD Congo | DR Congo
CF CAF Central African Rep. | Central African Republic
CG COG Congo | Republic of the Congo
CH CHE Switzerland
CI CIV Côte d'Ivoire | Ivory Coast
CK COK Cook Islands
CL CHL Chile
CM CMR Cameroon
CN CHN China
CO COL Colombia
CR CRI Costa Rica
CU CUB Cuba
CV CPV Cape Verde | Cabo Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus
CZ CZE Czech Republic | Czechia
DE DEU Germany
DJ DJI Djibouti
DK DNK Denmark
DM DMA Dominica
DO DOM Dominican Republic
DZ DZA Algeria
EC ECU Ecuador
EE EST Estonia
EG EGY Egypt
EH ESH Western Sahara
ER ERI Eritrea
ES ESP Spain
ET ETH Ethiopia
FI FIN Finland
FJ FJI Fiji
FK FLK Falkland Islands | Malvinas
FM FSM Micronesia
FO FRO Faroe Islands
FR FRA France
GA GAB Gabon
GB GBR Britain | United Kingdom | UK | Great Britain | England | Scotland | Wales
GD GRD Grenada
GE GEO Georgia
GF GUF French Guiana
GG GGY Guernsey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Greenland
GM GMB Gambia
GN GIN Guinea
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea
GR GRC Greece
GS SGS South Georgia and the South Sandwich Islands
GT GTM Guatemala
GU GUM Guam
GW GNB Guinea-Bissau
GY GUY Guyana
HK HKG Hong Kong | Hong Kong SAR
HM HMD Heard Island and McDonald Islands
HN HND Honduras
HR HRV Croatia
HT HTI Haiti
HU HUN Hungary
ID IDN Indonesia
IE IRL Ireland
IL ISR Israel
IM IMN Isle of Man
IN IND India
IO IOT British Indian Ocean Territory
IQ IRQ Iraq
IR IRN Iran | Islamic Republic of Iran
IS ISL Iceland
IT ITA Italy
JE JEY Jersey
JM JAM Jamaica
JO JOR Jordan
JP JPN Japan
KE KEN Kenya
KG KGZ Kyrgyzstan
KH KHM Cambodia
KI KIR Kiribati
KM COM Comoros
KN KNA Saint Kitts and Nevis
KP PRK Korea | North Korea
KR KOR Korea | South Korea | Republic of Korea
KW KWT Kuwait
KY CYM Cayman Islands
KZ KAZ Kazakhstan
LA LAO Laos | Lao People's Democratic Republic
LB LBN Lebanon
LC LCA Saint Lucia
LI LIE Liechtenstein
LK LKA Sri Lanka
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania
LU LUX Luxembourg
LV LVA Latvia
LY LBY Libya
MA MAR Morocco
MC MCO Monaco
MD MDA Moldova | Republic of Moldova
ME MNE Montenegro
MF MAF Saint Martin
MG MDG Madagascar
MH MHL Marshall Islands
MK MKD North Macedonia | Macedonia
ML MLI Mali
MM MMR Myanmar | Burma
MN MNG Mongolia
MO MAC Macau | Macao | Macau SAR
MP MNP Northern Mariana Islands
MQ MTQ Martinique
MR MRT Mauritania
MS MSR Montserrat
MT MLT Malta
MU MUS Mauritius
MV MDV Maldives
MW MWI Malawi
MX MEX Mexico
MY MYS Malaysia
MZ MOZ Mozambique
NA NAM Namibia
NC NCL New Caledonia
NE NER Niger
NF NFK Norfolk Island
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Netherlands | Holland | The Netherlands
NO NOR Norway
NP NPL Nepal
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand
OM OMN Oman
PA PAN Panama
PE PER Peru
PF PYF French Polynesia
PG PNG Papua New Guinea
PH PHL Philippines
PK PAK Pakistan
PL POL Poland
PM SPM Saint Pierre and Miquelon
PN PCN Pitcairn
PR PRI Puerto Rico
PS PSE Palestine | State of Palestine
PT PRT Portugal
PW PLW Palau
PY PRY Paraguay
QA QAT Qatar
RE REU Réunion
RO ROU Romania
RS SRB Serbia
RU RUS Russia | Russian Federation
RW RWA Rwanda
SA SAU Saudi Arabia
SB SLB Solomon Islands
SC SYC Seychelles
SD SDN Sudan
SE SWE Sweden
SG SGP Singapore
SH SHN Saint Helena
SI SVN Slovenia
SJ SJM Svalbard and Jan Mayen
SK SVK Slovakia
SL SLE Sierra Leone
SM SMR San Marino
SN SEN Senegal
SO SOM Somalia
SR SUR Suriname
SS SSD South Sudan
ST STP Sao Tome and Principe
SV SLV El Salvador
SX SXM Saint Maarten | Sint Maarten
SY SYR Syria | Syrian Arab Republic
SZ SWZ Eswatini | Swaziland
TC TCA Turks and Caicos Is | Turks and Caicos Islands
TD TCD Chad
TF ATF French S. Terr. | French Southern Territories
TG TGO Togo
TH THA Thailand
TJ TJK Tajikistan
TK TKL Tokelau
TL TLS East Timor | Timor-Leste
TM TKM Turkmenistan
TN TUN Tunisia
TO TON Tonga
TR TUR Turkey | Türkiye | Turkiye
TT TTO Trinidad and Tobago
TV TUV Tuvalu
TW TWN Taiwan
TZ TZA Tanzania | United Republic of Tanzania
UA UKR Ukraine
UG UGA Uganda
UM UMI US minor outlying islands | United States Minor Outlying Islands
US USA United States | United States of America | USA | America
UY URY Uruguay
UZ UZB Uzbekistan
VA VAT Vatican City | Vatican | Holy See
VC VCT Saint Vincent | Saint Vincent and the Grenadines
VE VEN Venezuela | Bolivarian Republic of Venezuela
VG VGB Virgin Islands
VI VIR Virgin Islands
VN VNM Vietnam | Viet Nam
VU VUT Vanuatu
WF WLF Wallis and Futuna
WS WSM Samoa
YE YEM Yemen
YT MYT Mayotte
ZA ZAF South Africa
ZM ZMB Zambia
ZW ZWE Zimbabwe
"""
"""Two letters, three letters, and names of each; the first name is the usual one."""


def country_code(text: str) -> str | None:
    """The two letters, in capitals, of a code or an English name; None where it is no country that we know."""
    key = _folded(text)
    code = key.upper()
    if len(code) == 2 and code.isascii() and code.isalpha():
        return None if code in NOWHERE else ALSO_CALLED.get(code, code)
    return _CODES.get(key)


def _folded(text: str) -> str:
    """Without accents, stops and an article: people write `Cote d'Ivoire`, `St. Lucia`, `the Netherlands`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum() or c in " &-")
    words = plain.replace("&", " and ").replace("-", " ").split()
    if words and words[0] == "the":
        words = words[1:]
    return " ".join("saint" if word == "st" else word for word in words)


def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for line in TABLE.splitlines():
        two, three, names = line.split(" ", 2)
        for name in (three, *names.split(" | ")):
            codes[_folded(name)] = two
    return codes


_CODES = _codes()
