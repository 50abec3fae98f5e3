import { COMMERCIAL_MODELS, coveredUses, type Grant, USE_TYPES, useModelCode } from '../kernel';

/** Every use under every model by its combined code: the columns' codes back into what they stand for. */
const pairs = new Map(
  USE_TYPES.flatMap((use) => COMMERCIAL_MODELS.map((model) => [useModelCode(use, model), { use, model }] as const)),
);

/** The combinations that a grant licenses, children of granted uses included. */
export function useModelCodes({ uses, models }: Grant): number[] {
  const codes = uses.flatMap(coveredUses).flatMap((use) => models.map((model) => useModelCode(use, model)));
  return [...new Set(codes)].sort((a, b) => a - b);
}

/** The uses of these codes, each once, in the order of the codes. */
export const usesOfCodes = (codes: readonly number[]): string[] => [
  ...new Set(codes.flatMap((code) => pairs.get(code)?.use ?? [])),
];
