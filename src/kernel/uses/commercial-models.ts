import { USE_TYPES, useNumber, type UseType } from './use-types';

/** DDEX CommercialModelType. A model's number is its place here plus one; the list is append-only and flat. */
export const COMMERCIAL_MODELS = [
  'AdvertisementSupportedModel',
  'AsPerContract',
  'DeviceFeeModel',
  'FreeOfChargeModel',
  'PayAsYouGoModel',
  'PerformanceRoyaltiesModel',
  'RightsClaimModel',
  'SubscriptionModel',
  'Unknown',
  'UserDefined',
] as const;

export type CommercialModel = (typeof COMMERCIAL_MODELS)[number];

/** Room for the models of one use in the combined number: 15 models, the list has 10. */
export const MODELS_PER_USE = 16;

const NUMBERS: ReadonlyMap<string, number> = new Map(COMMERCIAL_MODELS.map((model, index) => [model, index + 1]));

export function isCommercialModel(text: string): text is CommercialModel {
  return NUMBERS.has(text);
}

/** The stable number of a commercial model. Throws RangeError on an unknown one. */
export function modelNumber(model: string): number {
  const number = NUMBERS.get(model);
  if (number === undefined) throw new RangeError(`not a DDEX commercial model: ${model.slice(0, 40)}`);
  return number;
}

/** One number for a use under a commercial model (use × 16 + model), for database arrays. */
export function useModelCode(use: string, model: string): number {
  return useModelNumber(useNumber(use), modelNumber(model));
}

/** The same from the numbers of both. */
export const useModelNumber = (use: number, model: number): number => use * MODELS_PER_USE + model;

/** The use type and commercial model of a number made by useModelCode. Throws RangeError on any other number. */
export function useAndModelOf(code: number): { readonly use: UseType; readonly model: CommercialModel } {
  const use = USE_TYPES[Math.floor(code / MODELS_PER_USE) - 1];
  const model = COMMERCIAL_MODELS[(code % MODELS_PER_USE) - 1];
  if (use === undefined || model === undefined) throw new RangeError(`${code} is no number of a use and model`);
  return { use, model };
}
