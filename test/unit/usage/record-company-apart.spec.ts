import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { layouts } from '../../../src/ddex';
import {
  calendarDateOf,
  type GrantInForce,
  modelNumber,
  territoryNumber,
  useModelNumber,
  useNumber,
} from '../../../src/kernel';
import { everyHeldLine } from '../../../src/usage/engine/held-and-faults';
import { matchPlanOf } from '../../../src/usage/engine/match-plan';
import { type DsrReading, readDsrReport } from '../../../src/usage/engine/read-dsr';
import { sampleContext, sampleHead, sampleLine, written } from '../ddex/samples';
import { folderInMemory } from '../../support/folder-in-memory';

let folder: string;
beforeAll(() => {
  folder = folderInMemory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isrcOf = (number: number): string => `ZZAB126${String(number).padStart(5, '0')}`;
const grant: GrantInForce = {
  agreementId: 'agreement',
  clause: 'streaming',
  services: new Set(['service']),
  isrcs: new Set([isrcOf(1), isrcOf(2), isrcOf(3)]),
  uses: new Set([useNumber('OnDemandStream')]),
  models: new Set([modelNumber('AdvertisementSupportedModel')]),
  territories: new Set([territoryNumber('RU')]),
  inForce: { from: calendarDateOf('2026-01-10'), until: calendarDateOf('2027-01-01') },
  state: 'in-force',
};
/** It pays by what was sold, from the 15th on otherwise. */
const asked = {
  ...{ agreementId: 'agreement', sold: 'USD', parts: [14] },
  useModel: useModelNumber(useNumber('OnDemandStream'), modelNumber('AdvertisementSupportedModel')),
};
const plan = matchPlanOf({
  ...{ serviceId: 'service', from: calendarDateOf('2026-01-01'), days: 31, asked: [asked] },
  ...{ grants: [grant], catalogue: [isrcOf(4)] },
});

/** A sound report of sixty lines, as lines of text. */
async function soundLines(): Promise<string[]> {
  const lines = Array.from({ length: 60 }, (_, at) =>
    sampleLine({
      SalesTransactionId: `T${at + 1}`,
      ResourceISRC: isrcOf((at % 6) + 1),
      SummaryRecordId: at % 3 === 0 ? 'S2' : 'S1',
      SalesTransactionDate: `2026-01-${String((at % 28) + 1).padStart(2, '0')}`,
    }),
  );
  const contexts = [
    sampleContext({ AllocatedUsages: '4000' }),
    sampleContext({ SummaryRecordId: 'S2', Territory: 'KZ', AllocatedUsages: '2000' }),
  ];
  return (await written({ head: sampleHead, contexts, lines })).split('\n').slice(0, -1);
}

interface Told extends Omit<DsrReading, 'sums' | 'held' | 'faults' | 'remove'> {
  readonly sums: string;
  readonly held: readonly object[];
  readonly faults: string;
}

async function readAs(text: string, part: number | undefined): Promise<Told> {
  const path = join(folder, 'report');
  writeFileSync(path, text);
  const bytes = readFileSync(path);
  async function* source(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(bytes));
  }
  const file = part === undefined ? undefined : { path, bytes: bytes.length, part };
  const reading = await readDsrReport({ sources: () => [source()], file, plan, folder, threads: 0 });
  const held = [];
  const opened = await open(reading.held.path, 'r');
  for await (const line of everyHeldLine(opened)) held.push(line);
  await opened.close();
  const faults = readFileSync(reading.faults.path, 'utf8');
  await reading.remove();
  const { sums, held: _held, faults: _faults, remove: _remove, ...counts } = reading;
  return { ...counts, sums: `${sums.sha256} ${JSON.stringify(sums.totals, text64)}`, held, faults };
}

const text64 = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function withCell(line: string, name: string, value: string): string {
  const cells = line.split('\t');
  const at = layouts.SR08.findIndex((cell) => cell.name === name);
  if (at < 0) throw new Error(`no cell ${name}`);
  while (cells.length <= at) cells.push('');
  cells[at] = value;
  return cells.join('\t');
}

const revenue = 'AllocatedNetRevenueInCurrencyOfAccounting';

/** What can become of a line of a report, by name. */
const changes: Readonly<Record<string, (line: string) => string>> = {
  none: (line) => line,
  'an ISRC that is none': (line) => line.replace(/ZZAB126\d+/, 'ZZ-1'),
  'a small ISRC': (line) => line.replace(/ZZAB126/, 'zzab126'),
  'a context that is none': (line) => line.replace(/\tS[12]\t/, '\tS9\t'),
  'a day of another month': (line) => line.replace('2026-01-', '2026-02-'),
  'a net that is none': (line) => line.replace('\t100\t0\t100\t', '\t100\t0\t99\t'),
  'a share of nothing': (line) => line.replace(/\ttrue$/, '\tmaybe'),
  'a check digit that is wrong': (line) => withCell(line, 'ReleaseICPN', '5901234123450'),
  'more cells': (line) => `${line}\t\t\tmore`,
  'fewer cells': (line) => line.split('\t').slice(0, 20).join('\t'),
  'a return of its line': (line) => `${line}\r`,
  'a bare record and its return before': (line) => `DE01\r\n${line}`,
  'a bare footer and its return before': (line) => `SRFO\r\n${line}`,
  'exactly as long as may be, and a return': (line) =>
    `${line.replace('\tR1\t', `\t${'R'.repeat(65_536 - line.length + 2)}\t`)}\r`,
  'an empty line before': (line) => `\n${line}`,
  'a comment before': (line) => `# a comment\n${line}`,
  'a record of nobody before': (line) => `XX01\twhat\n${line}`,
  'a version of nobody before': (line) => `SR08.99\twhat\n${line}`,
  'far too long': (line) => line.replace('\tR1\t', `\t${'R'.repeat(70_000)}\t`),
  'twice the same': (line) => `${line}\n${line}`,
  'a line of two parties before': (line) => `DE01\twhat\n${line}`,
  'a context before': (line) => `SY10\tS1\n${line}`,
  'a footer before': (line) => `SRFO\t3\t3\n${line}`,
  'large counts': (line) =>
    line.replace('\t100\t0\t100\t', '\t9007199254740993\t9007199254740992\t1\t').replace(/\tT\d+\t/, '\tL$&L\t'),
  'a revenue below nothing': (line) => withCell(line, revenue, '-0.5'),
  'a large revenue': (line) => withCell(line, revenue, '1234567890.12345678'),
  'bytes that are no text': (line) => line.replace('\tD1\t', '\t\u0001\t'),
  nothing: () => '',
};

const some = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), change: fc.constantFrom(...Object.keys(changes)) }),
  { maxLength: 8 },
);

test('a report read part by part comes to what it comes to when it is read in order', async () => {
  const sound = await soundLines();
  await fc.assert(
    fc.asyncProperty(some, fc.integer({ min: 200, max: 5_000 }), fc.boolean(), async (changed, part, isEnded) => {
      const lines = [...sound];
      for (const { at, change } of changed) {
        const number = Math.min(lines.length - 1, Math.floor(at * lines.length));
        lines[number] = changes[change]!(lines[number]!);
      }
      const text = lines.join('\n') + (isEnded ? '\n' : '');
      expect(await readAs(text, part)).toEqual(await readAs(text, undefined));
    }),
    { numRuns: 12 },
  );
});

test.each(Object.keys(changes))('a report of which one line is changed: %s', async (change) => {
  const lines = await soundLines();
  const at = lines.findIndex((line) => line.startsWith('SR08\tT30\t'));
  lines[at] = changes[change]!(lines[at]!);
  const text = `${lines.join('\n')}\n`;
  const apart = await readAs(text, 1_500);
  expect(apart).toEqual(await readAs(text, undefined));
  expect(apart.lines).toBe(text.split('\n').length - 1);
});
