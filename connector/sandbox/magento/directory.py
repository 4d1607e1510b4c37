"""Countries, regions and currencies: the directory that needs no token.

It knows every country; regions only of the United States, Canada and Germany. Source: facts/MAGENTO.md,
sections 2 and 5, and the recording `store`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, route

Doc = dict[str, Any]
RATES = {"USD": 1, "EUR": 0.92, "JPY": 151.37, "KWD": 0.307}  # what one of the base currency is worth
DECIMALS = {"JPY": 0, "KWD": 3}  # the others have two
SYMBOLS = {"USD": "$", "EUR": "€", "JPY": "¥", "KWD": "KWD"}
COUNTRIES_TEXT = """
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua and Barbuda; AI AIA Anguilla;
AL ALB Albania; AM ARM Armenia; AN ANT Netherlands Antilles; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina;
AS ASM American Samoa; AT AUT Austria; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan;
BA BIH Bosnia and Herzegovina; BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso;
BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi; BJ BEN Benin; BL BLM Saint Barthélemy; BM BMU Bermuda;
BN BRN Brunei Darussalam; BO BOL Bolivia; BQ BES Bonaire; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan;
BV BVT Bouvet Island; BW BWA Botswana; BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands;
CD COD Congo - Kinshasa; CF CAF Central African Republic; CG COG Congo - Brazzaville; CH CHE Switzerland;
CI CIV Côte d'Ivoire; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China; CO COL Colombia;
CR CRI Costa Rica; CU CUB Cuba; CV CPV Cabo Verde; CW CUW Curaçao; CX CXR Christmas Island; CY CYP Cyprus;
CZ CZE Czechia; DE DEU Germany; DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic;
DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain;
ET ETH Ethiopia; FI FIN Finland; FJ FJI Fiji; FK FLK Falkland Islands (Malvinas); FM FSM Micronesia;
FO FRO Faroe Islands; FR FRA France; GA GAB Gabon; GB GBR United Kingdom; GD GRD Grenada; GE GEO Georgia;
GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia; GN GIN Guinea;
GP GLP Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece; GS SGS South Georgia and the South Sandwich Islands;
GT GTM Guatemala; GU GUM Guam; GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong;
HM HMD Heard Island and McDonald Islands; HN HND Honduras; HR HRV Croatia; HT HTI Haiti; HU HUN Hungary;
ID IDN Indonesia; IE IRL Ireland; IL ISR Israel; IM IMN Isle of Man; IN IND India;
IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL Iceland; IT ITA Italy; JE JEY Jersey;
JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia; KI KIR Kiribati;
KM COM Comoros; KN KNA Saint Kitts and Nevis; KP PRK North Korea; KR KOR South Korea; KW KWT Kuwait;
KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon; LC LCA Saint Lucia; LI LIE Liechtenstein;
LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania; LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya;
MA MAR Morocco; MC MCO Monaco; MD MDA Moldova; ME MNE Montenegro; MF MAF Saint Martin (French part);
MG MDG Madagascar; MH MHL Marshall Islands; MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar; MN MNG Mongolia;
MO MAC Macao; MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat; MT MLT Malta;
MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique; NA NAM Namibia;
NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands;
NO NOR Norway; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand; OM OMN Oman; PA PAN Panama; PE PER Peru;
PF PYF French Polynesia; PG PNG Papua New Guinea; PH PHL Philippines; PK PAK Pakistan; PL POL Poland;
PM SPM Saint Pierre and Miquelon; PN PCN Pitcairn; PS PSE Palestine; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay;
QA QAT Qatar; RE REU Réunion; RO ROU Romania; RS SRB Serbia; RU RUS Russian Federation; RW RWA Rwanda;
SA SAU Saudi Arabia; SB SLB Solomon Islands; SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore;
SH SHN Saint Helena; SI SVN Slovenia; SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone;
SM SMR San Marino; SN SEN Senegal; SO SOM Somalia; SR SUR Suriname; ST STP Sao Tome and Principe; SV SLV El Salvador;
SX SXM Sint Maarten (Dutch part); SY SYR Syria; SZ SWZ Eswatini; TC TCA Turks and Caicos Islands; TD TCD Chad;
TF ATF French Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau;
TL TLS Timor-Leste; TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Türkiye; TT TTO Trinidad and Tobago;
TV TUV Tuvalu; TW TWN Taiwan; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda;
UM UMI United States Minor Outlying Islands; US USA United States; UY URY Uruguay; UZ UZB Uzbekistan;
VA VAT Holy See (Vatican City State); VC VCT Saint Vincent and the Grenadines; VE VEN Venezuela;
VG VGB Virgin Islands; VI VIR Virgin Islands; VN VNM Vietnam; VU VUT Vanuatu; WF WLF Wallis and Futuna; WS WSM Samoa;
XK XKX Kosovo; YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa; ZM ZMB Zambia; ZW ZWE Zimbabwe
"""
REGIONS_TEXT = {
    "US": """
1 AL Alabama; 2 AK Alaska; 3 AS American Samoa; 4 AZ Arizona; 5 AR Arkansas; 6 AE Armed Forces Africa;
7 AA Armed Forces Americas; 8 AE Armed Forces Canada; 9 AE Armed Forces Europe; 10 AE Armed Forces Middle East;
11 AP Armed Forces Pacific; 12 CA California; 13 CO Colorado; 14 CT Connecticut; 15 DE Delaware;
16 DC District of Columbia; 17 FM Federated States Of Micronesia; 18 FL Florida; 19 GA Georgia; 20 GU Guam;
21 HI Hawaii; 22 ID Idaho; 23 IL Illinois; 24 IN Indiana; 25 IA Iowa; 26 KS Kansas; 27 KY Kentucky; 28 LA Louisiana;
29 ME Maine; 30 MH Marshall Islands; 31 MD Maryland; 32 MA Massachusetts; 33 MI Michigan; 34 MN Minnesota;
35 MS Mississippi; 36 MO Missouri; 37 MT Montana; 38 NE Nebraska; 39 NV Nevada; 40 NH New Hampshire; 41 NJ New Jersey;
42 NM New Mexico; 43 NY New York; 44 NC North Carolina; 45 ND North Dakota; 46 MP Northern Mariana Islands;
47 OH Ohio; 48 OK Oklahoma; 49 OR Oregon; 50 PW Palau; 51 PA Pennsylvania; 52 PR Puerto Rico; 53 RI Rhode Island;
54 SC South Carolina; 55 SD South Dakota; 56 TN Tennessee; 57 TX Texas; 58 UT Utah; 59 VT Vermont;
60 VI Virgin Islands; 61 VA Virginia; 62 WA Washington; 63 WV West Virginia; 64 WI Wisconsin; 65 WY Wyoming
""",
    "CA": """
66 AB Alberta; 67 BC British Columbia; 68 MB Manitoba; 69 NL Newfoundland and Labrador; 70 NB New Brunswick;
71 NS Nova Scotia; 72 NT Northwest Territories; 73 NU Nunavut; 74 ON Ontario; 75 PE Prince Edward Island;
76 QC Quebec; 77 SK Saskatchewan; 78 YT Yukon Territory
""",
    "DE": """
79 NDS Niedersachsen; 80 BAW Baden-Württemberg; 81 BAY Bayern; 82 BER Berlin; 83 BRG Brandenburg; 84 BRE Bremen;
85 HAM Hamburg; 86 HES Hessen; 87 MEC Mecklenburg-Vorpommern; 88 NRW Nordrhein-Westfalen; 89 RHE Rheinland-Pfalz;
90 SAR Saarland; 91 SAS Sachsen; 92 SAC Sachsen-Anhalt; 93 SCN Schleswig-Holstein; 94 THE Thüringen
""",
}


def _rows(text: str, words: int) -> list[list[str]]:
    return [entry.split(" ", words) for entry in " ".join(text.split()).split("; ")]


COUNTRIES = {two: (three, name) for two, three, name in _rows(COUNTRIES_TEXT, 2)}
REGIONS = {
    code: [{"id": number, "code": short, "name": name} for number, short, name in _rows(text, 2)]
    for code, text in REGIONS_TEXT.items()
}


def region_of(number: Any) -> Doc | None:
    """The region with this id."""
    return next((row for rows in REGIONS.values() for row in rows if row["id"] == str(number)), None)


def decimals(currency: str) -> int:
    """How many decimals amounts of a currency have."""
    return DECIMALS.get(currency, 2)


@route("GET", "directory/countries", "anonymous")
def countries(call: Call) -> Any:
    return [country(code) for code in COUNTRIES]


@route("GET", "directory/countries/{code}", "anonymous")
def country_get(call: Call) -> Any:
    code = call.params["code"].upper()
    if code not in COUNTRIES:
        raise Refusal(404, "The country isn't available.")
    return country(code)


def country(code: str) -> Doc:
    three, name = COUNTRIES[code]
    shown = {
        "id": code,
        "two_letter_abbreviation": code,
        "three_letter_abbreviation": three,
        "full_name_locale": name,
        "full_name_english": name,
    }
    return {**shown, "available_regions": REGIONS[code]} if code in REGIONS else shown


@route("GET", "directory/currency", "anonymous")
def currency(call: Call) -> Any:
    codes = (call.unit.get("config", "currency") or {"codes": ["USD"]})["codes"]
    return {"base_currency_code": "USD", "base_currency_symbol": "$", "default_display_currency_code": "USD",
            "default_display_currency_symbol": "$", "available_currency_codes": codes,
            "exchange_rates": [{"currency_to": code, "rate": RATES[code]} for code in codes]}  # fmt: skip
