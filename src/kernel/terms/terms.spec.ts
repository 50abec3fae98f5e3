import fc from 'fast-check';
import { canonicalTerms, describeTerms, readTerms, repertoireHash, termsHash } from '.';
import { changedJson } from '../testing/changed';
import { ISRCS, referenceTerms, referenceTermsJson, SOCIAL, STUDIO, termsPaying } from '../testing/reference-terms';

/** The reference terms with one member replaced, named by its pointer; undefined removes it. */
function changed(pointer: string, value: unknown): unknown {
  return changedJson(referenceTermsJson(), pointer, value);
}

function faultsOf(json: unknown): string[] {
  const reading = readTerms(json);
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

function nested(levels: number): unknown {
  let royalty: unknown = { kind: 'flat', amount: '1' };
  for (let level = 1; level < levels; level++) royalty = { kind: 'sum', of: [royalty] };
  return royalty;
}

const JSON_VALUE = fc.jsonValue({ maxDepth: 4 });

describe('reading terms', () => {
  const ROYALTY = '/royalties/0/royalty';

  it('brings them into canonical form: sorted sets, short decimals, upper-case ISRCs', () => {
    const terms = referenceTerms();
    expect(terms.repertoire.isrcs).toEqual(ISRCS);
    expect(terms.services.map(({ id }) => id)).toEqual([SOCIAL, STUDIO]);
    expect(terms.grants[0]?.uses).toEqual(['OnDemandStream', 'UserMakeAvailableUserProvided']);
    expect(terms.advances[0]?.amount).toBe('12000');
    expect(terms.royalties[0]?.royalty).toMatchObject({ kind: 'floor', amount: '4000' });
  });

  it('gives the same hash however the same terms are written', () => {
    const names = { id: '00000000-0000-4000-8000-0000000000A1', name: ' Cafe\u0301 Records ' };
    const composed = { id: '00000000-0000-4000-8000-0000000000a1', name: 'Café Records' };
    const written = changed('/parties/label', names);
    expect(faultsOf(written)).toEqual([]);
    const [a, b] = [readTerms(written), readTerms(changed('/parties/label', composed))];
    expect('terms' in a && 'terms' in b && termsHash(a.terms) === termsHash(b.terms)).toBe(true);
  });

  it('reading the canonical form gives the same terms', () => {
    const terms = referenceTerms();
    expect(readTerms(JSON.parse(canonicalTerms(terms)))).toEqual({ terms });
    expect(termsHash(terms)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['/schema', 'accordo-terms/2', '/schema terms-version'],
    ['/rules', 'accordo-rating/2', '/rules terms-version'],
    ['/currency', undefined, '/currency terms-required'],
    ['/currency', 'XAU', '/currency terms-currency'],
    ['/surprise', 1, '/surprise terms-unknown-field'],
    ['/services', [], '/services terms-empty'],
    ['/services/1/id', SOCIAL.slice(0, -1) + '2', '/services/1 terms-duplicate'],
    ['/parties/label/id', '00000000-0000-4000-8000-0000000000b1', '/parties/platform terms-duplicate'],
    ['/parties/label/id', 'label', '/parties/label/id terms-uuid'],
    ['/parties/label/name', '', '/parties/label/name terms-text'],
    ['/parties/label/name', 'a\ud800', '/parties/label/name terms-text'],
    ['/repertoire/kind', 'all', '/repertoire/kind terms-unknown-kind'],
    ['/repertoire/isrcs/1', 'USBENCH0100001', '/repertoire/isrcs/1 terms-isrc'],
    ['/repertoire/isrcs', [], '/repertoire/isrcs terms-empty'],
    ['/grants/0/uses/0', 'Yodel', '/grants/0/uses/0 terms-use-type'],
    ['/grants/0/uses/0', 'Unknown', '/grants/0/uses/0 terms-use-type'],
    ['/grants/0/models/0', 'Barter', '/grants/0/models/0 terms-commercial-model'],
    ['/grants/0/territories/include/0', 'UK', '/grants/0/territories/include/0 terms-territory'],
    ['/grants/0/territories', {}, '/grants/0/territories terms-territory'],
    ['/grants/0/territories', { include: ['RU'], worldwideExcept: [] }, '/grants/0/territories terms-territory'],
    ['/grants/0/exclusive', 'no', '/grants/0/exclusive terms-type'],
    ['/grants/0/services/0', '00000000-0000-4000-8000-0000000000ff', '/grants/0/services/0 terms-reference'],
    ['/grants/0/id', 'Streaming!', '/grants/0/id terms-id'],
    ['/term/until', '2026-01-01', '/term terms-period'],
    ['/term/from', '2026-02-30', '/term/from terms-date'],
    ['/timeZone', 'Europe/Atlantis', '/timeZone terms-time-zone'],
    ['/reportingPeriod', 'fortnight', '/reportingPeriod terms-unknown-kind'],
    ['/royalties/0/grants/0', 'lending', '/royalties/0/grants/0 terms-reference'],
    ['/royalties/1/grants/0', 'streaming', '/royalties/1/grants/0 terms-duplicate'],
    ['/royalties/0', null, '/royalties/0 terms-type'],
    [ROYALTY, { kind: 'lottery' }, `${ROYALTY}/kind terms-unknown-kind`],
    [ROYALTY, { kind: 'toString' }, `${ROYALTY}/kind terms-unknown-kind`],
    [ROYALTY, {}, `${ROYALTY}/kind terms-required`],
    [ROYALTY, [], `${ROYALTY} terms-type`],
    [ROYALTY, { kind: 'perUnit' }, `${ROYALTY} terms-per-unit`],
    [ROYALTY, { kind: 'perUnit', rate: '1', price: '1', share: '1' }, `${ROYALTY} terms-per-unit`],
    [ROYALTY, { kind: 'perUnit', rate: '1e-3' }, `${ROYALTY}/rate terms-decimal`],
    [ROYALTY, { kind: 'perUnit', rate: '-1' }, `${ROYALTY}/rate terms-decimal`],
    [ROYALTY, { kind: 'perUnit', rate: 0.002 }, `${ROYALTY}/rate terms-type`],
    [ROYALTY, { kind: 'perUnit', price: '0.60', share: '1.01' }, `${ROYALTY}/share terms-share-above-one`],
    [ROYALTY, { kind: 'flat', amount: '0.001' }, `${ROYALTY}/amount terms-decimals-exceed-currency`],
    [ROYALTY, { kind: 'greaterOf', of: [] }, `${ROYALTY}/of terms-empty`],
    [ROYALTY, { kind: 'floor', amount: '1' }, `${ROYALTY}/of terms-required`],
    [
      ROYALTY,
      { kind: 'sum', of: Array.from({ length: 33 }, () => ({ kind: 'flat', amount: '1' })) },
      `${ROYALTY}/of terms-limit`,
    ],
    [ROYALTY, nested(65), `${ROYALTY}${'/of/0'.repeat(64)} terms-too-deep`],
    ['/advances/0/recoupableFrom', 'streaming', '/advances/0/recoupableFrom terms-unknown-kind'],
    ['/settlement/releasesUseBefore', 'then', '/settlement/releasesUseBefore terms-date'],
    ['/settlement/claims/0', 'claim', '/settlement/claims/0 terms-uuid'],
    ['/rounding/decimals', 3, '/rounding/decimals terms-decimals-exceed-currency'],
    ['/rounding/decimals', 1.5, '/rounding/decimals terms-integer'],
    ['/rounding/mode', 'sideways', '/rounding/mode terms-unknown-kind'],
    ['/usage/sourceOfRecord/0/service', SOCIAL, '/usage/sourceOfRecord/3 terms-duplicate'],
    ['/usage/sourceOfRecord', [], '/usage/sourceOfRecord terms-source-of-record'],
    ['/usage/report/dueDays', -1, '/usage/report/dueDays terms-integer'],
    ['/payment/dueDays', '30', '/payment/dueDays terms-integer'],
  ])('%s changed to %j: %s', (pointer, value, expected) => {
    expect(faultsOf(changed(pointer, value))).toContain(expected);
  });

  it('a grant that no royalty names is a fault: nothing is given away by an oversight', () => {
    const json = {
      ...referenceTermsJson(),
      royalties: [{ id: 'all', grants: ['downloads'], royalty: { kind: 'flat', amount: '1' } }],
    };
    expect(faultsOf(json)).toEqual(['/grants/0 terms-grant-without-royalty']);
  });

  it('tells all faults at once', () => {
    expect(faultsOf({ ...referenceTermsJson(), currency: 'XAU', timeZone: 'Mars', payment: {} })).toEqual([
      '/currency terms-currency',
      '/timeZone terms-time-zone',
      '/payment/dueDays terms-required',
    ]);
  });

  it('a list of bad codes does not answer with a fault for each', () => {
    const reading = readTerms(
      changed(
        '/repertoire/isrcs',
        Array.from({ length: 5000 }, () => 'bad'),
      ),
    );
    expect('faults' in reading && reading.faults).toHaveLength(1000);
  });

  it('64 levels are read', () => {
    expect(faultsOf(changed(ROYALTY, nested(64)))).toEqual([]);
  });

  it('never throws, and accepts no other JSON', () => {
    fc.assert(fc.property(JSON_VALUE, (json) => 'faults' in readTerms(json)));
    for (const odd of [undefined, null, [], '', 0, JSON.parse('{"__proto__":{"schema":1}}')]) {
      expect(faultsOf(odd).length).toBeGreaterThan(0);
    }
  });

  it('never throws when any one member is replaced by anything', () => {
    const pointers: string[] = [];
    const walk = (node: unknown, pointer: string): void => {
      if (pointer) pointers.push(pointer);
      if (typeof node === 'object' && node)
        for (const [name, child] of Object.entries(node)) walk(child, `${pointer}/${name}`);
    };
    walk(referenceTermsJson(), '');
    fc.assert(
      fc.property(
        fc.constantFrom(...pointers),
        fc.oneof(JSON_VALUE, fc.constantFrom(null, [], {}, [null], [[]], [{}], '')),
        (pointer, value) => {
          const reading = readTerms(changed(pointer, value));
          if ('terms' in reading) expect(readTerms(JSON.parse(canonicalTerms(reading.terms)))).toEqual(reading);
          else expect(reading.faults.every((fault) => fault.message !== '')).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('terms as prose', () => {
  it('has stable clause numbers and every amount', () => {
    const clauses = describeTerms(referenceTerms());
    expect(clauses.map(({ clause }) => clause)).toEqual([
      '1',
      '2',
      '3',
      '4.1',
      '4.2',
      '5',
      '6.1',
      '6.2',
      '7.1',
      '8',
      '9',
      '10',
      '11',
      '12',
    ]);
    const prose = clauses.map(({ text }) => text).join('\n');
    for (const amount of [
      'USD 4000',
      'USD 0.002',
      '25 %',
      '60 % of USD 0.6',
      'USD 0.36',
      'USD 12000',
      'USD 10000',
      '15 days',
      '30 days',
    ]) {
      expect(prose).toContain(amount);
    }
    expect(prose).toContain('the platform clears the musical works');
    expect(prose).toContain(repertoireHash(referenceTerms()));
  });

  it('keeps the numbers when there is no past to settle', () => {
    const { settlement: _settlement, ...json } = referenceTermsJson();
    const reading = readTerms(json);
    const numbers = 'terms' in reading ? describeTerms(reading.terms).map(({ clause }) => clause) : [];
    expect(numbers).not.toContain('8');
    expect(numbers).toContain('9');
  });

  it.each([
    [{ kind: 'cap', amount: '7', of: { kind: 'flat', amount: '5' } }, 'USD 5 for the period; but at most USD 7'],
    [
      {
        kind: 'lesserOf',
        of: [
          { kind: 'flat', amount: '5' },
          { kind: 'perUnit', rate: '1' },
        ],
      },
      'the least of: (a) USD 5',
    ],
    [{ kind: 'sum', of: [{ kind: 'flat', amount: '5' }] }, 'the sum of: (a) USD 5'],
  ])('%j', (royalty, phrase) => {
    expect(describeTerms(termsPaying(royalty)).find(({ clause }) => clause === '6.1')?.text).toContain(phrase);
  });
});
