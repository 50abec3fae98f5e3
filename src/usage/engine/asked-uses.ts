/** All that an agreement asks of the lines of a use under a model, beside their units: there is one at most of each agreement, use and model. */
export interface AskedUse {
  readonly agreementId: string;
  /** As `useModelNumber`. */
  readonly useModel: number;
  /** It pays by what was sold: the currency in which that is to be told. */
  readonly sold?: string;
  /** Days of the report, from its first, on which it pays otherwise: sums are kept apart there. Ascending, each once. */
  readonly parts?: readonly number[];
}

export interface Asked {
  readonly sold: string | undefined;
  /** Ascending; none for most. */
  readonly parts: readonly number[];
}

/** What is asked beside units, and how many sums a recording may have in one place: of units, and of sales, in each part of the month. */
export interface AskedPlaces {
  /** By the number of an agreement × all places + the number of a place. Empty for most reports. */
  readonly asked: ReadonlyMap<number, Asked>;
  /** 2 where somebody asks for sales. */
  readonly kinds: 1 | 2;
  readonly parts: number;
}

/** `places` holds codes of which the rest by `usesAndModels` is the use and model. */
export function askedPlaces(
  uses: readonly AskedUse[],
  { agreements, places, usesAndModels }: { agreements: readonly string[]; places: Uint32Array; usesAndModels: number },
): AskedPlaces {
  const byUse = new Map(
    uses.map(({ agreementId, useModel, sold, parts = [] }): [string, Asked] => [
      `${agreements.indexOf(agreementId)} ${useModel}`,
      { sold, parts },
    ]),
  );
  const asked = new Map<number, Asked>();
  for (const agreement of byUse.size === 0 ? [] : agreements.keys()) {
    places.forEach((code, place) => {
      const own = byUse.get(`${agreement} ${code % usesAndModels}`);
      if (own !== undefined) asked.set(agreement * places.length + place, own);
    });
  }
  const all = [...asked.values()];
  return {
    asked,
    kinds: all.some(({ sold }) => sold !== undefined) ? 2 : 1,
    parts: all.reduce((most, { parts }) => Math.max(most, parts.length + 1), 1),
  };
}

/** The part of the month that a day is in. */
export function partOf({ parts }: Asked, day: number): number {
  let part = 0;
  while (part < parts.length && parts[part]! <= day) part += 1;
  return part;
}

/** Sales are kept in units of the eighth decimal. */
export const saleDecimals = 8;

/** What is asked and a line does not tell. */
export type UntoldCode =
  'sales-missing' | 'sales-malformed' | 'sales-currency' | 'sales-of-share' | 'sales-too-fine' | 'day-missing';

/** The first line of an agreement that lacks something. */
export interface Untold {
  readonly code: UntoldCode;
  /** By its number in the plan. */
  readonly agreement: number;
  readonly letters: number;
  readonly digits: number;
  readonly place: number;
  readonly currency: string;
}

export const untoldText: Readonly<Record<UntoldCode, string>> = {
  'sales-missing': 'it is not told what was sold',
  'sales-malformed': `what was sold is no amount of at most ${saleDecimals} decimals with the decimal sign of the mapping`,
  'sales-currency': 'what was sold is told in another currency',
  'sales-of-share': 'what was sold is told for a part of the recording alone',
  'sales-too-fine': `what was sold has more than ${saleDecimals} decimals`,
  'day-missing': 'no day of use is told, or days on which other rates begin lie between its first and its last',
};
