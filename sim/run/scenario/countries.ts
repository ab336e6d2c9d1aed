/** Which region a country or a place belongs to: how trace files that speak of countries meet scenarios that speak of regions. */

/** The six relay regions. */
type StandardRegion = "NA" | "EU" | "ASIA" | "SA" | "AFRICA" | "OCEANIA";

/** ISO 3166-1 alpha-2 codes by continent; Central America and the Caribbean count as North, Russia and Turkey as Europe. */
const CODES: Readonly<Record<StandardRegion, string>> = {
  NA: "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  SA: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
  EU: "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK",
  AFRICA:
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  OCEANIA: "AS AU CC CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
  ASIA: "AE AF AM AZ BD BH BN BT CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TW UZ VN YE",
};

/** English names, for city lists that use them. A country that is missing here is placed by its coordinates. */
const NAMES: Readonly<Record<StandardRegion, string>> = {
  NA: "United States;Canada;Mexico;Panama;Honduras;Guatemala;Costa Rica;Nicaragua;El Salvador;Cuba;Jamaica;Dominican Republic;Puerto Rico",
  SA: "Brazil;Colombia;Venezuela;Suriname;Peru;Chile;Argentina;Uruguay;Paraguay;Bolivia;Ecuador;Guyana",
  EU: "United Kingdom;Netherlands;Germany;Switzerland;Russia;Turkey;Italy;France;Spain;Czech Republic;Czechia;Belgium;Sweden;Poland;Norway;Ireland;Greece;Austria;Ukraine;Slovenia;Slovakia;Serbia;Portugal;Malta;Luxembourg;Latvia;Lithuania;Kosovo;Isle of Man;Iceland;Hungary;Finland;Estonia;Denmark;Cyprus;Croatia;Bulgaria;Albania;Romania;Belarus;Moldova;Bosnia and Herzegovina;North Macedonia;Montenegro",
  AFRICA:
    "South Africa;Uganda;Tunisia;Tanzania;Nigeria;Morocco;Kenya;Ghana;Egypt;Algeria;Ethiopia;Angola;Senegal;Rwanda;Zambia;Zimbabwe;Libya;Sudan;Mozambique;Cameroon;Ivory Coast;Mauritius;Madagascar",
  OCEANIA: "Australia;New Zealand;Fiji;Papua New Guinea;Guam;New Caledonia",
  ASIA: "India;China;Japan;Vietnam;Philippines;United Arab Emirates;Thailand;Taiwan;South Korea;Saudi Arabia;Pakistan;Malaysia;Singapore;Lebanon;Kazakhstan;Israel;Indonesia;Hong Kong;Georgia;Cambodia;Bangladesh;Armenia;Azerbaijan;Iran;Iraq;Jordan;Kuwait;Qatar;Bahrain;Oman;Sri Lanka;Nepal;Mongolia;Myanmar;Laos;Uzbekistan",
};

/** Where most of a region's people live, latitude and longitude in degrees; several points for the wide ones. */
const CENTRES: readonly (readonly [StandardRegion, number, number])[] = [
  ["NA", 40, -80],
  ["NA", 37, -118],
  ["NA", 19, -99],
  ["EU", 50, 8],
  ["EU", 56, 38],
  ["ASIA", 35, 115],
  ["ASIA", 22, 79],
  ["ASIA", 3, 105],
  ["ASIA", 27, 48],
  ["SA", -23, -50],
  ["SA", 0, -75],
  ["AFRICA", 6, 5],
  ["AFRICA", -26, 28],
  ["AFRICA", 0, 36],
  ["AFRICA", 28, 31],
  ["OCEANIA", -34, 148],
  ["OCEANIA", -40, 175],
];

const BY_CODE = index(CODES, " ");
const BY_NAME = index(NAMES, ";");

/** Whether a text names one of the six regions, in any case. */
export function isStandardRegion(name: string): boolean {
  return Object.hasOwn(CODES, name.toUpperCase());
}

/** The region of an ISO code, or undefined. */
export function regionOfCode(code: string): StandardRegion | undefined {
  return BY_CODE.get(code.toLowerCase());
}

/** The region of a country by its English name, else of the nearest centre to the coordinates (degrees). */
export function regionOfCity(country: string, latitude: number, longitude: number): StandardRegion {
  const known = BY_NAME.get(country.toLowerCase());
  if (known !== undefined) return known;
  let best: StandardRegion = "EU";
  let bestCosine = -2;
  for (const [region, lat, lon] of CENTRES) {
    const cosine = cosineBetween(latitude, longitude, lat, lon);
    if (cosine <= bestCosine) continue;
    best = region;
    bestCosine = cosine;
  }
  return best;
}

/** Cosine of the angle between two points on the globe (spherical law of cosines); greater is nearer. */
function cosineBetween(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [a, b] = [(lat1 * Math.PI) / 180, (lat2 * Math.PI) / 180];
  return Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(((lon1 - lon2) * Math.PI) / 180);
}

function index(table: Readonly<Record<StandardRegion, string>>, separator: string): Map<string, StandardRegion> {
  return new Map(
    Object.entries(table).flatMap(([region, words]) =>
      words.split(separator).map((word) => [word.toLowerCase(), region as StandardRegion] as const),
    ),
  );
}
