import { gzipSync } from 'node:zlib';
import { type FaultCode } from '../../src/ddex';
import { below, oneOf, type Random, upTo } from '../support/dsr-cells';

/** A damaged file, and a fault that must be found where the damage is one that cannot be overlooked. */
export interface Mutated {
  readonly bytes: Buffer;
  readonly what: string;
  readonly expected: FaultCode | null;
}

const tab = Buffer.from('\t');
const lineFeed = Buffer.from('\n');

/** What files hold that were damaged by spreadsheets, by hand or on purpose. */
const nastyValues: readonly (string | Buffer)[] = [
  '',
  '-1',
  '1e5',
  '0x10',
  'NaN',
  '12.5',
  '1,5',
  '9223372036854775808',
  '9'.repeat(500),
  ' ',
  '"quoted"',
  'A|B',
  'A\\B',
  'A\\',
  'A\\|B',
  '\\\\|',
  '\\\\\\',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  'true',
  '2026-02-30',
  '20260101',
  '2026-01-01T00:00:00',
  'PT',
  'ns::id',
  'ZZAB1260001',
  '731453000000',
  '#',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  'x'.repeat(3000),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3]),
  Buffer.from([0xed, 0xa0, 0x80]),
];
const nastyCodes = [
  'SR08',
  'SR08.02',
  'SU03.09',
  'SY10',
  'HEAD',
  'FOOT',
  'SRFO',
  'AS01',
  'XX01',
  'FHEA',
  '',
  '\ufeffHEAD',
  'SU03.01',
];

/** One mutation, or a few on top of each other. Of several, nothing is expected but that the reader stands. */
export function mutate(file: Buffer, random: Random): Mutated {
  const times = random() < 0.6 ? 1 : 2 + below(random, 5);
  let result: Mutated = { bytes: file, what: '', expected: null };
  for (let time = 0; time < times; time += 1) {
    const next = mutateOnce(result.bytes, random);
    result = {
      bytes: next.bytes,
      what: `${result.what} ${next.what}`.trim(),
      expected: times === 1 ? next.expected : null,
    };
  }
  if (random() < 0.03) result = { ...result, bytes: gzipSync(result.bytes), what: `${result.what} packed` };
  if (random() > 0.01) return result;
  return {
    bytes: changeBytes(gzipSync(result.bytes), random),
    what: `${result.what} packed and damaged`,
    expected: null,
  };
}

function mutateOnce(file: Buffer, random: Random): Mutated {
  const lines = split(file, lineFeed);
  const at = below(random, Math.max(1, lines.length - 1));
  const result = oneOf(random, random() < 0.7 ? onLines : onBytes)(lines, at, random);
  // A file that had no footer lacks it still.
  return result.expected === null || lines.some(isFooter) ? result : { ...result, expected: 'footer-missing' };
}

type Mutation = (lines: readonly Buffer[], at: number, random: Random) => Mutated;

const mutated = (lines: readonly Buffer[], what: string, expected: FaultCode | null = null): Mutated => ({
  bytes: joined(lines, lineFeed),
  what,
  expected,
});

/** Damage that knows of lines and cells. A file that has lost or won lines is not the one that its footer counts. */
const onLines: readonly Mutation[] = [
  (lines, at) =>
    mutated(
      lines.toSpliced(at, 1),
      `line ${at + 1} lost`,
      isFooter(lines[at]!) ? 'footer-missing' : 'line-count-mismatch',
    ),
  (lines, at) => mutated(lines.toSpliced(at, 0, lines[at]!), `line ${at + 1} twice`, 'line-count-mismatch'),
  (lines, at) => mutated(lines.toSpliced(at, 0, Buffer.from('')), `empty line before ${at + 1}`, 'line-count-mismatch'),
  (lines, at, random) => {
    const other = below(random, lines.length);
    return mutated(lines.with(at, lines[other]!).with(other, lines[at]!), `lines ${at + 1} and ${other + 1} exchanged`);
  },
  (lines, at) =>
    mutated(lines.slice(0, at), `cut off before line ${at + 1}`, at < lines.length ? 'footer-missing' : null),
  (lines, at, random) =>
    mutated(
      lines.with(
        at,
        withCells(lines[at]!, random, (cells, cell) => cells.toSpliced(cell, 1)),
      ),
      `cell of line ${at + 1} lost`,
    ),
  (lines, at, random) =>
    mutated(
      lines.with(
        at,
        withCells(lines[at]!, random, (cells, cell) => cells.toSpliced(cell, 0, Buffer.from('shifted'))),
      ),
      `cell of line ${at + 1} won`,
    ),
  (lines, at, random) => {
    const value = Buffer.from(oneOf(random, nastyValues));
    return mutated(
      lines.with(
        at,
        withCells(lines[at]!, random, (cells, cell) => cells.with(cell, value)),
      ),
      `cell of line ${at + 1} changed`,
    );
  },
  (lines, at, random) => {
    const from = split(oneOf(random, lines), tab);
    const value = oneOf(random, from);
    return mutated(
      lines.with(
        at,
        withCells(lines[at]!, random, (cells, cell) => cells.with(cell, value)),
      ),
      `cell of line ${at + 1} from another`,
    );
  },
  (lines, at, random) => {
    const cells = split(lines[at]!, tab).with(0, Buffer.from(oneOf(random, nastyCodes)));
    return mutated(lines.with(at, joined(cells, tab)), `code of line ${at + 1} changed`);
  },
  (lines, at) =>
    mutated(lines.with(at, Buffer.concat([lines[at]!, Buffer.alloc(70_000, 'x')])), `line ${at + 1} very long`),
  (lines, at) => mutated(lines.with(at, Buffer.concat([lines[at]!, Buffer.alloc(300, '\t')])), `line ${at + 1} padded`),
  (lines) =>
    mutated(
      lines.map((line) => Buffer.concat([line, Buffer.from('\r')])),
      'ends of another system',
    ),
];

const onBytes: readonly Mutation[] = [
  (lines, _at, random) => ({
    bytes: changeBytes(joined(lines, lineFeed), random),
    what: 'bytes changed',
    expected: null,
  }),
  (lines, _at, random) => {
    const file = joined(lines, lineFeed);
    return { bytes: file.subarray(0, below(random, file.length)), what: 'bytes cut off', expected: null };
  },
];

function changeBytes(file: Buffer, random: Random): Buffer {
  let changed = file;
  for (const _ of upTo(random, 1, 6, () => null)) {
    const place = below(random, changed.length + 1);
    const bytes = Buffer.from(
      upTo(random, 0, 3, () => oneOf(random, [9, 10, 13, 35, 92, 124, 255, below(random, 256)])),
    );
    changed = Buffer.concat([changed.subarray(0, place), bytes, changed.subarray(place + below(random, 5))]);
  }
  return changed;
}

const isFooter = (line: Buffer): boolean => /^(FOOT|SRFO)(\t|$)/.test(line.toString('latin1', 0, 5));

function withCells(line: Buffer, random: Random, change: (cells: Buffer[], cell: number) => Buffer[]): Buffer {
  const cells = split(line, tab);
  return joined(change(cells, below(random, cells.length)), tab);
}

function split(bytes: Buffer, separator: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(separator); end >= 0; end = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...parts, bytes.subarray(start)];
}

const joined = (parts: readonly Buffer[], separator: Buffer): Buffer =>
  Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part])));
