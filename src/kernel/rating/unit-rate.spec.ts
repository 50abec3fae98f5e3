import { exactText } from '../money';
import type { Royalty } from '../terms';
import { unitRateOf } from '.';

const place = { service: 's', territory: 'KZ', use: 'OnDemandStream', model: 'SubscriptionModel' };
const rate = (royalty: Royalty): string | undefined => {
  const found = unitRateOf(royalty, place);
  return found && exactText(found);
};
const half: Royalty = { kind: 'perUnit', rate: '0.005' };

describe('what a unit is worth by the words of a royalty', () => {
  it.each<[string, Royalty, string | undefined]>([
    ['a rate', half, '0.005'],
    ['a share of a price', { kind: 'perUnit', price: '0.60', share: '0.55' }, '0.33'],
    ['below a floor', { kind: 'floor', amount: '4000.00', of: half }, '0.005'],
    [
      'of a sum',
      { kind: 'sum', of: [half, { kind: 'perUnit', rate: '0.001', where: { territories: ['KZ'] } }] },
      '0.006',
    ],
    ['where it pays nothing', { kind: 'perUnit', rate: '1', where: { territories: ['RU'] } }, '0'],
    ['by a flag', { kind: 'perUnit', rateByFlag: { flag: 'target', ifTrue: '1', ifFalse: '2' } }, undefined],
    ['of another measure', { kind: 'perUnit', measure: 'subscribers', rate: '1' }, undefined],
    ['of a greater of two', { kind: 'greaterOf', of: [half, half] }, undefined],
    ['of a sum with what is not known', { kind: 'sum', of: [half, { kind: 'flat', amount: '1' }] }, undefined],
  ])('%s', (_, royalty, expected) => {
    expect(rate(royalty)).toBe(expected);
  });
});
