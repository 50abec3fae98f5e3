import { COMMERCIAL_MODELS, coveredUses, type Grant, modelNumber, USE_TYPES, useModelCode, useNumber } from '../kernel';

/** Every use under every model by its combined code: the columns' codes back into what they stand for. */
const pairs = new Map(
  USE_TYPES.flatMap((use) => COMMERCIAL_MODELS.map((model) => [useModelCode(use, model), { use, model }] as const)),
);

/** The combinations that a grant licenses, children of granted uses included. */
export function useModelCodes({ uses, models }: Grant): number[] {
  const codes = uses.flatMap(coveredUses).flatMap((use) => models.map((model) => useModelCode(use, model)));
  return [...new Set(codes)].sort((a, b) => a - b);
}

/** The uses and models that codes stand for, as numbers: what matching wants. A clause grants each of its uses under each of its models. */
export function matchedCodes(codes: readonly number[]): { uses: ReadonlySet<number>; models: ReadonlySet<number> } {
  const known = codes.flatMap((code) => pairs.get(code) ?? []);
  return {
    uses: new Set(known.map(({ use }) => useNumber(use))),
    models: new Set(known.map(({ model }) => modelNumber(model))),
  };
}

/** The uses of these codes, each once, in the order of the codes. */
export const usesOfCodes = (codes: readonly number[]): string[] => [
  ...new Set(codes.flatMap((code) => pairs.get(code)?.use ?? [])),
];
