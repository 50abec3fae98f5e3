import { type ClaimState, claimStates, mayBecome } from './claim-states';

test.each([
  ['open', 'settled', true],
  ['reopened', 'settled', true],
  ['settled', 'settled', false],
  ['withdrawn', 'settled', false],
  ['settled', 'reopened', true],
  ['open', 'reopened', false],
] as [ClaimState, ClaimState, boolean][])('a claim that is %s may become %s: %s', (from, to, expected) => {
  expect(mayBecome(from, to)).toBe(expected);
});

test('no claim becomes open again: it is reopened', () => {
  expect(claimStates.filter((state) => mayBecome(state, 'open'))).toEqual([]);
});
