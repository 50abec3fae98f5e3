import { calendarDateOf } from '../calendar';
import { canonicalText, sha256Hex } from '../canonical';
import { describeTerms, termsHash, type Terms } from '../terms';
import { FULL_TERMS } from '../testing/full-terms';
import { referenceTerms } from '../testing/reference-terms';
import { clausesOfProse, manifestHash, manifestOf, proseText, scheduleText } from '.';

const terms = referenceTerms();
const given = {
  agreement: '11111111-1111-4111-8111-111111111111',
  version: 1,
  previous: null,
  effectiveFrom: calendarDateOf('2026-01-01'),
  terms,
  origin: { kind: 'negotiated' as const, negotiation: '22222222-2222-4222-8222-222222222222' },
};

describe('the manifest', () => {
  it('holds the hash of each text that is signed', () => {
    const manifest = manifestOf(given);
    expect(manifest.terms).toBe(termsHash(terms));
    expect(manifest.prose.ru).toBe(sha256Hex(proseText(terms, 'ru')));
    expect(manifest.scheduleA.recordings).toBe(scheduleText(terms).split('\n').length - 1);
    expect(manifestHash(manifest)).toBe(sha256Hex(canonicalText(manifest)));
  });

  it('is another for every change of what is signed', () => {
    const [first = ''] = terms.repertoire.isrcs;
    const changed: Terms = { ...terms, repertoire: { kind: 'list', isrcs: [first] } };
    const all = [
      given,
      { ...given, version: 2 },
      { ...given, previous: 'a'.repeat(64) },
      { ...given, effectiveFrom: calendarDateOf('2026-02-01') },
      { ...given, terms: changed },
      { ...given, origin: { kind: 'amendment' as const } },
    ].map((one) => manifestHash(manifestOf(one)));
    expect(new Set(all).size).toBe(all.length);
  });

  it('hashes the prose clause by clause, each on a line of its own', () => {
    const lines = proseText(terms, 'en').split('\n');
    const [first] = describeTerms(terms, 'en');
    expect(lines[0]).toBe(`${first?.clause} ${first?.text}`);
    expect(lines.at(-1)).toBe('');
  });

  it.each(['en', 'ru'] as const)('gives the clauses back from that text (%s)', (language) => {
    for (const one of [terms, FULL_TERMS]) {
      expect(clausesOfProse(proseText(one, language))).toEqual(describeTerms(one, language));
    }
  });
});
