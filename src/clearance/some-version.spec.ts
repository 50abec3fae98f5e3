import fc from 'fast-check';
import { REFUSAL_REASONS } from '../kernel';
import { type Looked, ofSomeVersion } from './some-version';

const yes = (isrc: string, trueUntil: number, clause = isrc): Looked => ({
  isrc,
  isNamed: true,
  trueUntil,
  answer: {
    ...{ licensed: true, agreementId: 'a', clause, until: '2028-01-01' as never },
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
  },
});
const no = (isrc: string, reason: (typeof REFUSAL_REASONS)[number], isNamed = true): Looked => ({
  ...{ isrc, isNamed, trueUntil: 0 },
  answer: { licensed: false, reason },
});

describe('some version of a recording', () => {
  it('is licensed where all are, by the yes that ends first, the parent’s among equals', () => {
    expect(ofSomeVersion([yes('P', 9), yes('V', 5), yes('W', 5)], false)).toMatchObject({
      isrc: 'V',
      answer: { licensed: true, clause: 'V', isrc: 'V' },
    });
    expect(ofSomeVersion([yes('P', 5), yes('V', 5)], false).isrc).toBe('P');
  });

  it('says no later end than any of them has', () => {
    const ending = (one: Looked, until: string): Looked => ({ ...one, answer: { ...one.answer, until } as never });
    const possible = [ending(yes('P', 5), '2027-12-31'), ending(yes('V', 9), '2026-01-11')];
    expect(ofSomeVersion(possible, false)).toMatchObject({ isrc: 'P', answer: { until: '2026-01-11' } });
  });

  it('is refused with the reason of the one that is licensed least', () => {
    const possible = [yes('P', 9), no('V', 'suspended'), no('W', 'territory-not-granted')];
    expect(ofSomeVersion(possible, true)).toEqual({
      isrc: 'W',
      answer: {
        ...{ licensed: false, reason: 'territory-not-granted', isrc: 'W' },
        versions: [
          { isrc: 'P', licensed: true },
          { isrc: 'V', licensed: false, reason: 'suspended' },
          { isrc: 'W', licensed: false, reason: 'territory-not-granted' },
        ],
      },
    });
  });

  it('is not named where no agreement names it, unless it is the parent that was asked about', () => {
    const { answer } = ofSomeVersion([yes('P', 9), no('SECRET', 'no-agreement', false)], true);
    expect(answer).toEqual({ licensed: false, reason: 'no-agreement', versions: [{ isrc: 'P', licensed: true }] });
    expect(ofSomeVersion([no('P', 'unknown-recording', false)], true).answer).toMatchObject({ isrc: 'P' });
  });

  const looked = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map((until) => yes('V', until)),
    fc.constantFrom(...REFUSAL_REASONS).map((reason) => no('V', reason)),
  );

  it('says yes only where each says yes, by one that ends before no other', () => {
    fc.assert(
      fc.property(fc.array(looked, { minLength: 1 }), (drawn) => {
        const possible = drawn.map((one, place) => ({ ...one, isrc: String(place) }));
        const { isrc, answer } = ofSomeVersion(possible, false);
        expect(answer.licensed).toBe(possible.every((one) => one.answer.licensed));
        const ends = possible.map(({ trueUntil }) => trueUntil);
        if (answer.licensed) expect(ends[Number(isrc)]).toBe(Math.min(...ends));
      }),
    );
  });

  it('is licensed no more when one more version is known', () => {
    fc.assert(
      fc.property(fc.array(looked, { minLength: 1 }), looked, (possible, more) => {
        const rung = (all: readonly Looked[]): number => {
          const { answer } = ofSomeVersion(all, false);
          return answer.licensed ? REFUSAL_REASONS.length : REFUSAL_REASONS.indexOf(answer.reason);
        };
        expect(rung([...possible, more])).toBeLessThanOrEqual(rung(possible));
      }),
    );
  });
});
