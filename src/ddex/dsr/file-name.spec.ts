import fc from 'fast-check';
import { existsSync, readdirSync } from 'node:fs';
import { type DsrFileName, dsrFileName, parseDsrFileName } from './file-name';
import { sharedFile } from '../../../test/support/shared-files';

const sample: DsrFileName = {
  recipient: 'Severnaya',
  sender: 'PADPIDA2026010100A',
  serviceDescription: 'VektorMusic',
  period: '2026-01',
  territory: 'RU',
  part: { number: 1, of: 1 },
  created: '20260205T090000',
  compressed: false,
};

const element = fc.string({ unit: fc.constantFrom('a', 'B', '9', '-', 'Ж', '.'), minLength: 1, maxLength: 10 });
const anyName: fc.Arbitrary<DsrFileName> = fc.record({
  recipient: element,
  sender: element,
  serviceDescription: fc.oneof(element, fc.constant('')),
  period: fc.constantFrom('2026', '2026-02', '2026-02-28', '2026-Q4', '2026-W53', '2026-01-01--2026-06-30'),
  territory: fc.constantFrom('RU', 'Worldwide', '2136', 'multi', ''),
  part: fc.option(fc.nat(20).chain((below) => fc.nat(below).map((number) => ({ number: number + 1, of: below + 1 })))),
  created: fc.constantFrom('20260205T090000', '20260205T090000123'),
  compressed: fc.boolean(),
});

describe('a report’s file name', () => {
  it('names the recipient before the sender', () => {
    expect(dsrFileName(sample)).toBe(
      'DSR_Severnaya_PADPIDA2026010100A_VektorMusic_2026-01_RU_1of1_20260205T090000.tsv',
    );
  });

  it('is read back as it was written', () => {
    fc.assert(fc.property(anyName, (name) => expect(parseDsrFileName(dsrFileName(name))).toEqual(name)));
  });

  it('may leave out the part where there is one file', () => {
    expect(parseDsrFileName('DSR_A_B_S_2026_RU_20260205T090000.tsv.gz')).toMatchObject({
      part: null,
      compressed: true,
    });
  });

  it.each(['2015', '2015-02', '2015-Q2', '2015-12-12', '2015-W01'])('may be about %s', (period) => {
    expect(parseDsrFileName(dsrFileName({ ...sample, period }))!.period).toBe(period);
  });

  it.each([
    ['a period of months', { period: '2015-02--2015-03' }],
    ['a day of the year', { period: '2015-123' }],
    ['a fifth quarter', { period: '2015-Q5' }],
    ['a period that ends before it starts', { period: '2015-03-01--2015-02-01' }],
    ['the eighth of four files', { part: { number: 8, of: 4 } }],
    ['an underscore in a name', { sender: 'Vek_tor' }],
    ['a blank in a name', { sender: 'Vek tor' }],
    ['no sender', { sender: '' }],
    ['a time that does not exist', { created: '20260230T090000' }],
  ])('is refused with %s', (_name, change) => {
    expect(() => dsrFileName({ ...sample, ...change })).toThrow(RangeError);
  });

  it.each(['DSS_A_B_S_2026_RU_1of1_20260205T090000.tsv', 'DSR_A_B_S_2026_RU_1of1_20260205T090000.csv', 'DSR.tsv', ''])(
    '%j is none',
    (name) => {
      expect(parseDsrFileName(name)).toBeNull();
    },
  );

  const realFiles = sharedFile('data/dsr');
  (existsSync(realFiles) ? it : it.skip)('is read from real files', () => {
    const names = readdirSync(realFiles).filter((name) => name.startsWith('DSR_'));
    expect(names.map(parseDsrFileName)).not.toContain(null);
    expect(parseDsrFileName(names.find((name) => name.includes('YouTube'))!)).toMatchObject({
      recipient: 'TEST',
      sender: 'YouTube',
      period: '2015-Q4',
      territory: 'IS',
    });
  });
});
