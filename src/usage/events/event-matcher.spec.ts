import fc from 'fast-check';
import type { LivingAgreement } from '../../agreements';
import { dayInZone, decideUse, grantsOfLife, type Life, type Terms } from '../../kernel';
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
