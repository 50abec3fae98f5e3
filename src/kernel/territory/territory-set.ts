import { territoryNumber, WORLDWIDE_TERRITORIES } from './territories';

/** Territories as a contract writes them: a list, or the whole world less a list. */
export type TerritorySet = { readonly include: readonly string[] } | { readonly worldwideExcept: readonly string[] };

/** The two-letter codes that the selection stands for, sorted. */
export function expandTerritories(selection: TerritorySet): string[] {
  if ('include' in selection) return [...new Set(selection.include)].sort();
  const excluded = new Set(selection.worldwideExcept);
  return WORLDWIDE_TERRITORIES.filter((code) => !excluded.has(code)).sort();
}

/** The stable numbers that the selection stands for, ascending: what database arrays hold. */
export function territoryNumbers(selection: TerritorySet): number[] {
  return expandTerritories(selection)
    .map(territoryNumber)
    .sort((a, b) => a - b);
}
