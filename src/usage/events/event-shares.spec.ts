import fc from 'fast-check';
import { wholeShare } from '../../kernel';
import type { Part } from './event-matcher';
import { movementsOf } from './event-shares';

const counted = { agreementId: 'a', labelId: 'label-a', month: '2026-01-01' };
const whole: Part = { ...counted, share: wholeShare };
const parts: fc.Arbitrary<Part[]> = fc
  .uniqueArray(
    fc.record({ agreementId: fc.constantFrom('a', 'b', 'c'), share: fc.constantFrom(250_000, 500_000, wholeShare) }),
    { minLength: 1, selector: ({ agreementId }) => agreementId },
  )
  .map((all) =>
    all.map(({ agreementId, share }) => ({ ...whole, agreementId, labelId: `label-${agreementId}`, share })),
  );

describe('movements of an event', () => {
  it('lead from one state to the next: whatever is stated in between, they add up to the last', () => {
    fc.assert(
      fc.property(
        fc.array(parts, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 1000 }),
        (states, quantity) => {
          const event = { source: '/s', id: '1', quantity };
          const units = new Map([['a 1000000', quantity]]);
          let before: readonly Part[] = [whole];
          for (const next of states) {
            for (const { agreementId, share, units: moved } of movementsOf({
              event,
              isrc: 'X',
              counted,
              parts: next,
              before,
            })) {
              const key = `${agreementId} ${share}`;
              units.set(key, (units.get(key) ?? 0) + moved);
            }
            before = next;
          }
          const left = [...units].filter(([, count]) => count !== 0).map(([key, count]) => `${key} ${count}`);
          expect(left.sort()).toEqual(
            before.map(({ agreementId, share }) => `${agreementId} ${share} ${quantity}`).sort(),
          );
        },
      ),
    );
  });

  it('are none where nothing changes', () => {
    fc.assert(
      fc.property(parts, (same) => {
        const event = { source: '/s', id: '1', quantity: 3 };
        expect(movementsOf({ event, isrc: 'X', counted, parts: same, before: same.toReversed() })).toEqual([]);
      }),
    );
  });
});
