import fc from 'fast-check';
import type { LivingAgreement } from '../../agreements';
import {
  dayAfter,
  dayInZone,
  decideUse,
  grantsOfLife,
  type Life,
  type Terms,
  territoryNumber,
  wholeShare,
} from '../../kernel';
import { DAY, ISRCS, referenceTerms, SOCIAL } from '../../kernel/testing/reference-terms';
import { EventMatcher } from './event-matcher';
import type { UsageEvent } from './usage-event';

const first: Terms = referenceTerms();
/** Another licensor of the same recordings, on the other side of the world. */
const second: Terms = { ...first, timeZone: 'Pacific/Auckland' };

const living = (id: string, labelId: string, terms: Terms): LivingAgreement => {
  const life: Life = {
    versions: [{ number: 1, effectiveFrom: terms.term.from, concludedAt: new Date(0), terms }],
    facts: [{ kind: 'activated', from: terms.term.from, number: 1, recordedAt: new Date(0) }],
  };
  return { id, labelId, timeZone: terms.timeZone, life } as LivingAgreement;
};
const agreements = [living('one', 'label-1', first), living('two', 'label-2', second)];
const noon = Date.parse(`${DAY}T12:00:00Z`);

const event = (changes: Partial<UsageEvent> = {}): UsageEvent => ({
  source: '/players',
  id: '1',
  instant: noon,
  serviceId: SOCIAL,
  isrc: ISRCS[0],
  territory: 'RU',
  use: 'OnDemandStream',
  model: 'AdvertisementSupportedModel',
  quantity: 1,
  playedSeconds: null,
  sold: null,
  ...changes,
});

describe('matching events', () => {
  it('is the kernel’s matching, agreement by agreement, on the day of each', () => {
    const matcher = new EventMatcher(agreements);
    const instants = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2030, 0, 1) });
    const near = fc
      .tuple(fc.constantFrom(first.term.from, first.term.until), fc.integer({ min: -90_000_000, max: 90_000_000 }))
      .map(([day, offset]) => Date.parse(`${day}T00:00:00Z`) + offset);
    const events = fc.record({
      instant: fc.oneof(instants, near),
      isrc: fc.constantFrom(...ISRCS, 'ZZAB12699999'),
      territory: fc.constantFrom('RU', 'KZ', 'DE'),
      use: fc.constantFrom('OnDemandStream', 'PermanentDownload', 'Stream'),
      serviceId: fc.constantFrom(SOCIAL, '99999999-9999-4999-8999-999999999999'),
    });
    fc.assert(
      fc.property(events, (changes) => {
        const asked = event(changes);
        const decisions = agreements.map(({ id, timeZone, life }) =>
          decideUse(grantsOfLife(life, id), {
            service: asked.serviceId,
            isrc: asked.isrc,
            territory: asked.territory,
            use: asked.use,
            model: asked.model,
            day: dayInZone(new Date(asked.instant), timeZone),
          }),
        );
        const licensed = decisions.find((decision) => decision.licensed);
        const match = matcher.match(asked);
        expect(match.agreementId).toBe(licensed?.licensed ? licensed.agreementId : null);
        if (!licensed)
          expect(decisions.map((decision) => 'reason' in decision && decision.reason)).toContain(match.held);
      }),
      { seed: 5 },
    );
  });

  it('takes the first agreement that permits the use, and its own month', () => {
    const matcher = new EventMatcher(agreements);
    expect(matcher.match(event())).toMatchObject({ agreementId: 'one', labelId: 'label-1', held: null });
    const before = Date.parse(`${first.term.from}T00:00:00Z`) - 6 * 3_600_000;
    // In Moscow the term has not begun; in Auckland it has.
    expect(matcher.match(event({ instant: before }))).toMatchObject({
      agreementId: 'two',
      month: `${first.term.from.slice(0, 7)}-01`,
    });
  });

  it('holds what nobody permits, for the closest one’s reason', () => {
    const matcher = new EventMatcher(agreements);
    expect(matcher.match(event({ territory: 'DE' }))).toMatchObject({
      held: 'territory-not-granted',
      labelId: 'label-1',
    });
    expect(matcher.match(event({ isrc: 'ZZAB12699999' }))).toMatchObject({ held: 'no-agreement', labelId: null });
    expect(new EventMatcher([]).match(event())).toMatchObject({ held: 'no-agreement', labelId: null });
  });
});

describe('events of a recording that labels share', () => {
  const labels = ['label-1', 'label-2', 'label-3'] as const;
  const agreed = labels.map((label, at) => living(`agreement-${at + 1}`, label, first));
  /** "label share" of each part. */
  const partsOf = (matcher: EventMatcher, changes: Partial<UsageEvent> = {}): string[] => {
    const match = matcher.match(event(changes));
    if (match.held !== null) return [match.held];
    return (match.parts ?? [{ ...match, share: wholeShare }]).map(({ labelId, share }) => `${labelId} ${share}`);
  };
  const stated = (labelId: string, share: number, more: object = {}) => ({
    ...{ labelId, isrcs: [ISRCS[0]], share, territories: [territoryNumber('RU')], from: '2020-01-01', until: null },
    ...more,
  });

  it('count for each label by its share, all of it once, in whatever order agreements were concluded', () => {
    const split = fc
      .tuple(fc.integer({ min: 1, max: 499_999 }), fc.integer({ min: 1, max: 499_999 }))
      .map(([a, b]) => [a, b, wholeShare - a - b] as const);
    const orders = fc.shuffledSubarray([...agreed], { minLength: 3 });
    fc.assert(
      fc.property(split, orders, (parts, order) => {
        const shares = labels.map((label, at) => stated(label, parts[at]!));
        const found = partsOf(new EventMatcher(order, shares));
        expect(found.toSorted()).toEqual(labels.map((label, at) => `${label} ${parts[at]}`));
        expect(found[0]).toContain(order[0]!.labelId);
      }),
    );
  });

  it('never count for more than the whole, nor for nothing, whatever labels state: each gets its share, or what those before it leave', () => {
    const maybe = fc.option(
      fc.oneof(fc.constantFrom(333_333, 600_000, wholeShare), fc.integer({ min: 1, max: wholeShare })),
    );
    const orders = fc.shuffledSubarray([...agreed], { minLength: 1 });
    fc.assert(
      fc.property(fc.tuple(maybe, maybe, maybe), orders, (claims, order) => {
        const claimOf = (label: string): number => claims[labels.findIndex((each) => each === label)] ?? wholeShare;
        const shares = labels.flatMap((label, at) => (claims[at] === null ? [] : [stated(label, claims[at]!)]));
        let left = wholeShare;
        const expected: string[] = [];
        for (const { labelId } of order) {
          const share = Math.min(claimOf(labelId), left);
          if (share > 0) expected.push(`${labelId} ${share}`);
          left -= share;
        }
        expect(partsOf(new EventMatcher(order, shares))).toEqual(expected);
      }),
    );
  });

  it('count by the statement of their day, half open, and their place; elsewhere for the first agreement alone', () => {
    const shares = [
      stated('label-1', 600_000, { until: DAY }),
      stated('label-1', 500_000, { from: DAY, until: dayAfter(DAY, 1) }),
      stated('label-2', 400_000),
    ];
    const matcher = new EventMatcher(agreed, shares);
    const on = (days: number): string[] => partsOf(matcher, { instant: noon + days * 86_400_000 });
    // The third label states nothing, so it claims the whole: it gets what the other two leave.
    expect(on(-1)).toEqual(['label-1 600000', 'label-2 400000']);
    expect(on(0)).toEqual(['label-1 500000', 'label-2 400000', 'label-3 100000']);
    expect(on(1)).toEqual(['label-1 1000000']);
    expect(partsOf(matcher, { territory: 'KZ' })).toEqual(['label-1 1000000']);
    expect(partsOf(matcher, { isrc: ISRCS[1] })).toEqual(['label-1 1000000']);
  });

  it('count once for a label that has two agreements, and for none that does not permit the use', () => {
    const twice = [agreed[0]!, living('again', 'label-1', first), agreed[1]!];
    const shares = [stated('label-1', 600_000), stated('label-2', 400_000)];
    expect(partsOf(new EventMatcher(twice, shares))).toEqual(['label-1 600000', 'label-2 400000']);
    const narrow = { ...first, term: { from: '2020-01-01', until: '2020-02-01' } } as unknown as Terms;
    expect(partsOf(new EventMatcher([agreed[0]!, living('old', 'label-2', narrow)], shares))).toEqual([
      'label-1 600000',
    ]);
  });
});
