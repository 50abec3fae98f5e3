import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { sha256Hex } from '../kernel';
import { ISRCS, referenceTermsJson, SOCIAL, STUDIO } from '../kernel/testing/reference-terms';
import { registerRate, runRate } from './rate';
import { FilesRefused } from './file-faults';
import { rateFiles } from './rate-files';
import { type RateFiles } from './rate-inputs';
import { rateJson } from './rate-json';

const HEADER = 'isrc,service,territory,use,model,quantity,returns';
const row = (isrc: string, quantity: string, more = 'OnDemandStream,AdvertisementSupportedModel', returns = '0') =>
  `${isrc},${SOCIAL},RU,${more},${quantity},${returns}`;
const MARCH = [
  HEADER,
  row(ISRCS[0], '1500000'),
  row(ISRCS[1], '500000'),
  row(ISRCS[0], '600', 'PermanentDownload,PayAsYouGoModel', '100'),
].join('\n');
const figures = (allPlays: string, netMusicAdvertisingRevenue: string) => [
  { service: SOCIAL, allPlays, netMusicAdvertisingRevenue },
  { service: STUDIO, allPlays: '0', netMusicAdvertisingRevenue: '0' },
];
const CONTEXT = { period: '2026-03', services: figures('9000000', '90000.00') };
const JANUARY = {
  period: '2026-01',
  services: figures('8000000', '16000'),
  usage: `${HEADER}\n${row(ISRCS[0], '3100000')}`,
  booked: { total: '6240.00', clauses: [{ clause: 'streaming', exact: '6240' }] },
};

const carried = { royaltiesToDate: '1075480', recoupedToDate: '1075480', advancesToDate: '1200000' };
const ROW = {
  isrc: ISRCS[0],
  service: SOCIAL,
  territory: 'RU',
  use: 'OnDemandStream',
  model: 'AdvertisementSupportedModel',
  quantity: '1',
};

function files(changes: Partial<Record<'terms' | 'usage' | 'context' | 'carried', unknown>> = {}): RateFiles {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const all = { terms: referenceTermsJson(), usage: MARCH, context: CONTEXT, ...changes };
  return {
    terms: { name: 'terms.json', text: text(all.terms) },
    usage: { name: 'usage.csv', text: text(all.usage) },
    context: { name: 'context.json', text: text(all.context) },
    ...(all.carried === undefined ? {} : { carried: { name: 'carried.json', text: text(all.carried) } }),
  };
}

function faultsOf(changes: Parameters<typeof files>[0]): string[] {
  try {
    rateFiles(files(changes));
  } catch (error) {
    if (error instanceof FilesRefused) return error.faults.map(({ file, place, code }) => `${file} ${place} ${code}`);
    throw error;
  }
  return [];
}

describe('rating from files', () => {
  it('gives the payable amount of the reference story in March, January restated with it', () => {
    const restates = [
      {
        ...JANUARY,
        usage: JANUARY.usage
          .split('\n')
          .slice(1)
          .map((line) => {
            const [isrc, service, territory, use, model, quantity, returns] = line.split(',');
            return { isrc, service, territory, use, model, quantity, returns };
          }),
      },
    ];
    const result = rateFiles(files({ context: { ...CONTEXT, restates }, carried }));
    // 5,000 + 180 − 40 = 5,140; 12,000 − 10,754.80 = 1,245.20 is recouped; 3,894.80 is payable.
    expect(JSON.parse(rateJson(result))).toMatchObject({
      period: '2026-03',
      total: '5180.00',
      recouped: '1245.20',
      payable: '3894.80',
      sha256: sha256Hex(result.lines),
      lines: [
        { line: 'period' },
        { clause: 'streaming' },
        { clause: 'downloads' },
        {},
        { line: 'restatement', delta: '-40.00' },
        {},
      ],
    });
  });

  it('the order of the usage rows does not change a byte, nor does JSON for CSV', () => {
    const [header, ...rows] = MARCH.split('\n');
    const turned = [header, ...rows.reverse()].join('\r\n');
    const names = HEADER.split(',');
    const json = rows.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])));
    const { lines } = rateFiles(files());
    expect(rateFiles(files({ usage: turned })).lines).toBe(lines);
    expect(rateFiles(files({ usage: json })).lines).toBe(lines);
  });

  it.each([
    [{ terms: '{' }, ['terms.json  json-malformed']],
    [{ terms: { ...referenceTermsJson(), currency: 'XAU' } }, ['terms.json /currency terms-currency']],
    [{ usage: `${HEADER}\n${row(ISRCS[0], '1.5')}` }, ['usage.csv line 2 usage-cell']],
    [
      { usage: `${HEADER}\n${row('', '1')}\n${row(ISRCS[0], '-1')}` },
      ['usage.csv line 2 usage-cell', 'usage.csv line 3 usage-cell'],
    ],
    [{ usage: `${HEADER}\na,b` }, ['usage.csv  usage-csv']],
    [
      { usage: `${HEADER}\n${row(ISRCS[0], '1')}\n${row('ZZAB12699999', '1')}` },
      ['usage.csv line 3 usage-not-licensed'],
    ],
    [{ usage: [{ isrc: 1 }] }, expect.arrayContaining(['usage.csv /0 usage-cell'])],
    [{ context: { ...CONTEXT, period: '2026-13' } }, ['context.json /period context-period']],
    [{ context: { ...CONTEXT, period: '2031-01' } }, ['context.json /period period-outside-term']],
    [
      { context: { ...CONTEXT, services: [] } },
      ['context.json /services context-missing', 'context.json /services context-missing'],
    ],
    [{ context: { ...CONTEXT, services: 'none' } }, ['context.json /services context-type']],
    [
      { context: { ...CONTEXT, services: [{ service: SOCIAL, allPlays: 9 }] } },
      ['context.json /services/0/allPlays context-figure'],
    ],
    [{ context: { ...CONTEXT, restates: {} } }, ['context.json /restates context-type']],
    [
      { context: { ...CONTEXT, restates: [{ ...JANUARY, usage: 1 }] } },
      ['context.json /restates/0/usage context-type'],
    ],
    [
      { context: { ...CONTEXT, restates: [{ ...JANUARY, usage: 'january.csv' }] } },
      ['context.json /restates/0/usage file-unreadable'],
    ],
    [
      { context: { ...CONTEXT, restates: [{ ...JANUARY, booked: { total: '1' } }] } },
      ['context.json /restates/0/booked/clauses context-type'],
    ],
    [
      { carried: { royaltiesToDate: 1 } },
      ['royaltiesToDate', 'recoupedToDate', 'advancesToDate'].map(
        (member) => `carried.json /${member} carried-minor-units`,
      ),
    ],
    [{ carried: null }, ['carried.json  carried-type']],
    [{ carried: { ...carried, carriedFoward: '-5' } }, ['carried.json /carriedFoward carried-unknown-field']],
    [{ context: { ...CONTEXT, restate: [] } }, ['context.json /restate context-unknown-field']],
    [
      { usage: `isrc,service,territory,use,model,qty,qty\n` },
      ['lacks the column quantity', 'unknown column "qty"', 'has qty twice'].map(() => 'usage.csv line 1 usage-column'),
    ],
    [{ usage: [{ ...ROW, title: 'Harbour' }] }, ['usage.csv /0 usage-cell']],
    [
      { context: { ...CONTEXT, restates: [{ ...JANUARY, usage: [{ ...ROW, isrc: 'ZZAB12699999' }] }] } },
      ['context.json /restates/0/usage/0 usage-not-licensed'],
    ],
    [
      { context: { ...CONTEXT, restates: [{ ...JANUARY, usage: [ROW], services: [] }] } },
      ['context.json /restates/0/services context-missing', 'context.json /restates/0/services context-missing'],
    ],
    [
      {
        context: {
          ...CONTEXT,
          restates: ['2026-03', '2026-Q1', '2025-12'].map((period) => ({ ...JANUARY, period, usage: [] })),
        },
      },
      [0, 1, 2].map((index) => `context.json /restates/${index}/period context-period`),
    ],
  ])('%#: names file, place and code', (changes, expected) => {
    expect(faultsOf(changes)).toEqual(expected);
  });

  it('tells the faults of all files at once', () => {
    const broken = {
      terms: { ...referenceTermsJson(), currency: 'XAU' },
      usage: `${HEADER}\n${row(ISRCS[0], '-1')}`,
      context: { ...CONTEXT, period: 'March', facts: { expenses: 5 } },
      carried: { ...carried, advancesToDate: '12000.00' },
    };
    expect(faultsOf(broken)).toEqual([
      'terms.json /currency terms-currency',
      'usage.csv line 2 usage-cell',
      'context.json /period context-period',
      'context.json /facts/expenses context-amount',
      'carried.json /advancesToDate carried-minor-units',
    ]);
  });
});

describe('accordo rate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accordo-rate-'));
  const path = (name: string) => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    writeFileSync(path('terms.json'), JSON.stringify(referenceTermsJson()));
    writeFileSync(path('usage.csv'), MARCH);
    writeFileSync(path('january.csv'), JANUARY.usage);
    writeFileSync(
      path('context.json'),
      JSON.stringify({ ...CONTEXT, restates: [{ ...JANUARY, usage: 'january.csv' }] }),
    );
  });
  const options = { terms: path('terms.json'), usage: path('usage.csv'), context: path('context.json') };
  function run(changes: Partial<typeof options & { json: boolean }> = {}) {
    let [output, faults] = ['', ''];
    const code = runRate(
      { ...options, ...changes },
      { write: (text) => (output += text) },
      { write: (text) => (faults += text) },
    );
    return { code, output, faults };
  }

  it('prints the lines, and usage that the context names is found beside it', () => {
    const { code, output, faults } = run();
    expect([code, faults]).toEqual([0, '']);
    expect(output.split('\n').filter((line) => line.includes('"line":"restatement"'))).toHaveLength(1);
    expect(JSON.parse(run({ json: true }).output)).toMatchObject({ sha256: sha256Hex(output) });
  });

  it('a file that is not there is one clear line and exit code 1', () => {
    const missing = path('nowhere.csv');
    expect(run({ usage: missing })).toEqual({
      code: 1,
      output: '',
      faults: `${missing}: file-unreadable: cannot be read\n`,
    });
  });

  it('is registered under its name, with what it needs', () => {
    const program = new Command();
    registerRate(program);
    const [command] = program.commands;
    expect(command?.name()).toBe('rate');
    expect(command?.options.filter(({ mandatory }) => mandatory).map(({ long }) => long)).toEqual([
      '--terms',
      '--usage',
      '--context',
    ]);
  });
});
