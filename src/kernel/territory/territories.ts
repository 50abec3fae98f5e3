/**
 * ISO 3166-1 alpha-2 as DDEX uses it, XK included and withdrawn codes left out. The number of a territory in database
 * arrays is its place in this list plus one: new codes are appended, never inserted, and none is ever removed.
 */
const CODES = (
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG ' +
  'CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL ' +
  'GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA ' +
  'LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP ' +
  'NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV ' +
  'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK'
).split(' ');

/**
 * What Worldwide means in terms of schema accordo-terms/1: the first 250 codes. A code that is appended later does not
 * enlarge a contract that is already signed; a later schema names a later count.
 */
const WORLDWIDE_COUNT = 250;

const NUMBERS: ReadonlyMap<string, number> = new Map(CODES.map((code, index) => [code, index + 1]));

/** The value DDEX uses for the whole world. */
export const WORLDWIDE = 'Worldwide';

/** All territories that Worldwide stands for, as two-letter codes. */
export const WORLDWIDE_TERRITORIES: readonly string[] = CODES.slice(0, WORLDWIDE_COUNT);

export function isTerritory(code: string): boolean {
  return NUMBERS.has(code);
}

/** The stable number of a territory for database arrays. Throws RangeError on an unknown code. */
export function territoryNumber(code: string): number {
  const number = NUMBERS.get(code);
  if (number === undefined) throw new RangeError(`not a territory: ${code.slice(0, 20)}`);
  return number;
}

/** The two-letter code of a territory's number. Throws RangeError on an unknown number. */
export function territoryCode(number: number): string {
  const code = CODES[number - 1];
  if (code === undefined) throw new RangeError(`not a territory's number: ${number}`);
  return code;
}

/** All codes in the order of their numbers, the first is number 1: for whoever needs the numbers without this list. */
export const territoryCodes = (): readonly string[] => CODES;
