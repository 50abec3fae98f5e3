import { calendarDateOf } from '../calendar';
import { DAY, ISRCS, referenceTerms, SOCIAL } from '../testing/reference-terms';
import { compileGrants, decideUse, grantsOf, type GrantInForce, type UseQuestion } from '.';

const grants = grantsOf(referenceTerms(), 'agreement-1');
const question: UseQuestion = {
  service: SOCIAL,
  isrc: ISRCS[0],
  territory: 'RU',
  use: 'OnDemandStream',
  model: 'AdvertisementSupportedModel',
  day: DAY,
};
const changedTo = (changes: Partial<GrantInForce>) => grants.map((grant) => ({ ...grant, ...changes }));

describe('may this service use this recording, this way, here, now', () => {
  it('yes, under the agreement and the clause that says so', () => {
    expect(decideUse(grants, question)).toEqual({ licensed: true, agreementId: 'agreement-1', clause: 'streaming' });
  });

  it.each([
    [{ knownRecording: false }, 'unknown-recording'],
    [{ isrc: 'ZZAB12699999' }, 'no-agreement'],
    [{ service: 'another' }, 'no-agreement'],
    [{ use: 'PermanentDownload' }, 'use-not-granted'],
    [{ use: 'Stream' }, 'use-not-granted'],
    [{ use: 'toString' }, 'use-not-granted'],
    [{ model: 'SubscriptionModel' }, 'use-not-granted'],
    [{ territory: 'DE' }, 'territory-not-granted'],
    [{ territory: 'Worldwide' }, 'territory-not-granted'],
    [{ day: calendarDateOf('2025-12-31') }, 'not-yet'],
    [{ day: calendarDateOf('2028-01-01') }, 'expired'],
    [{ territory: 'DE', day: calendarDateOf('2028-01-01') }, 'territory-not-granted'],
  ])('%j: no, %s', (changes, reason) => {
    expect(decideUse(grants, { ...question, ...changes })).toEqual({ licensed: false, reason });
  });

  it('the last day of the term is licensed', () => {
    expect(decideUse(grants, { ...question, day: calendarDateOf('2027-12-31') }).licensed).toBe(true);
  });

  it.each(['suspended', 'withdrawn'] as const)('a grant that is %s says so', (state) => {
    expect(decideUse(changedTo({ state }), question)).toEqual({ licensed: false, reason: state });
  });

  it('the furthest grant gives the reason, and any grant that permits gives the answer', () => {
    const elsewhere = changedTo({ territories: new Set([1]), agreementId: 'elsewhere' });
    const later = changedTo({ inForce: { from: calendarDateOf('2027-01-01'), until: calendarDateOf('2028-01-01') } });
    expect(decideUse([...elsewhere, ...later], question)).toEqual({ licensed: false, reason: 'not-yet' });
    expect(decideUse([...elsewhere, ...later, ...grants], question).licensed).toBe(true);
    expect(decideUse([], question)).toEqual({ licensed: false, reason: 'no-agreement' });
  });

  it('a granted parent covers its child, and a caller may have looked the recording up itself', () => {
    const json = referenceTerms();
    const parent = { ...json, grants: json.grants.map((grant) => ({ ...grant, uses: ['Stream' as const] })) };
    const [grant] = grantsOf(parent, 'agreement-2');
    if (!grant) throw new Error('no grant');
    const { isrcs: _isrcs, ...anyRecording } = grant;
    expect(decideUse([anyRecording], { ...question, isrc: 'ZZZZZ0000001' })).toMatchObject({
      licensed: true,
      clause: 'streaming',
    });
  });

  it('compiled grants give the same answers', () => {
    const compiled = compileGrants(grants);
    for (const territory of ['RU', 'DE']) {
      for (const isrc of [...ISRCS, 'ZZAB12699999']) {
        const asked = { ...question, territory, isrc };
        expect(compiled.context(asked).clauseFor(isrc)).toEqual(decideUse(grants, asked));
      }
    }
  });
});
