import { type Royalty, type RoyaltyKind } from '../terms';

const FIELDS: Readonly<Partial<Record<RoyaltyKind, readonly string[]>>> = {
  perUnit: ['kind', 'rate', 'price', 'share'],
  revenueShare: ['kind', 'share', 'base', 'by'],
  flat: ['kind', 'amount'],
  greaterOf: ['kind', 'of'],
  lesserOf: ['kind', 'of'],
  sum: ['kind', 'of'],
  floor: ['kind', 'amount', 'of'],
  cap: ['kind', 'amount', 'of'],
};

/**
 * Whether an expression says nothing that the language of royalties could not say from the start. Contracts with such
 * expressions were signed when their English was one paragraph, each list lettered from (a): it is not worded again.
 */
export function isFirstWording(royalty: Royalty): boolean {
  const fields = FIELDS[royalty.kind];
  if (!fields || !Object.keys(royalty).every((name) => fields.includes(name))) return false;
  switch (royalty.kind) {
    case 'revenueShare':
      return royalty.base === 'netMusicAdvertisingRevenue' && royalty.by === 'plays';
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return royalty.of.every(isFirstWording);
    case 'floor':
    case 'cap':
      return isFirstWording(royalty.of);
    default:
      return true;
  }
}
