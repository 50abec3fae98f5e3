import {
  COMMERCIAL_MODELS,
  isCommercialModel,
  isIsrc,
  isTerritory,
  isUseType,
  normaliseIsrc,
  USE_TYPES,
} from '../../kernel';

/** What a value is meant to be. */
export type ValueKind =
  'isrc' | 'count' | 'decimal' | 'day' | 'dateTime' | 'territory' | 'currency' | 'use' | 'model' | 'boolean' | 'text';

export interface RightValue {
  readonly value: string;
  /** Whether it was made out of what is written, or only shows the form. */
  readonly from: 'value' | 'example';
}

const examples: Readonly<Record<ValueKind, string>> = {
  isrc: 'QZABC2600001',
  count: '0',
  decimal: '0.00',
  day: '2026-01-31',
  dateTime: '2026-02-05T09:00:00Z',
  territory: 'KZ',
  currency: 'USD',
  use: 'OnDemandStream',
  model: 'SubscriptionModel',
  boolean: 'true',
  text: 'text',
};

const among = (list: readonly string[], written: string): string | undefined => {
  const plain = written.replace(/[\s_-]/g, '').toLowerCase();
  return list.find((code) => code.toLowerCase() === plain);
};

/** How such a value is written, if what is there can only mean that. */
const meant: Readonly<Record<ValueKind, (written: string) => string | undefined>> = {
  isrc: (written) => (written.length <= 40 && isIsrc(normaliseIsrc(written)) ? normaliseIsrc(written) : undefined),
  count: (written) => /^(\d{1,3}([ ,\u00a0]\d{3})+|\d+)([.,]0{1,2})?$/.exec(written)?.[1]?.replace(/\D/g, ''),
  decimal: (written) => (/^-?\d+,\d+$/.test(written) ? written.replace(',', '.') : undefined),
  day: (written) => {
    const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(written) ?? [];
    return year === undefined ? undefined : `${year}-${month}-${day}`;
  },
  dateTime: () => undefined,
  territory: (written) => (isTerritory(written.toUpperCase()) ? written.toUpperCase() : undefined),
  currency: (written) => (/^[a-z]{3}$/i.test(written) ? written.toUpperCase() : undefined),
  use: (written) => (isUseType(written) ? written : among(USE_TYPES, written)),
  model: (written) => (isCommercialModel(written) ? written : among(COMMERCIAL_MODELS, written)),
  boolean: (written) => (/^(true|false)$/i.test(written) ? written.toLowerCase() : undefined),
  text: () => undefined,
};

/** How a value of this kind would be right. `example` in place of the usual one. */
export function rightValue(kind: ValueKind, written: string, example = examples[kind]): RightValue {
  const value = meant[kind](written.trim());
  return value === undefined || value === written ? { value: example, from: 'example' } : { value, from: 'value' };
}
