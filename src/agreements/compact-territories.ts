import { type TerritorySet, WORLDWIDE_TERRITORIES } from '../kernel';

/** The territories as a contract would write them in fewer codes: a list, or the world less a list. */
export function compactTerritories(codes: readonly string[]): TerritorySet {
  const named = new Set(codes);
  const others = WORLDWIDE_TERRITORIES.filter((code) => !named.has(code)).sort();
  const onlyOfWorld = named.size + others.length === WORLDWIDE_TERRITORIES.length;
  return onlyOfWorld && others.length < named.size ? { worldwideExcept: others } : { include: [...named].sort() };
}
