import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type BundleEnd, type BundleReading, STATEMENT_BUNDLE_SCHEMA } from '../evidence';
import { canonicalText } from '../kernel';

/** The file is no bundle of a statement; the message says where. */
export class BundleUnreadable extends Error {}

/** Usage of one report, or of events, as it came. */
export interface BundledUsage {
  /** "report <id>" or "events". */
  readonly name: string;
  readonly agreement: unknown;
  readonly rows: object[];
}

/** A month in one reading: its figures, and the usage that it is rated with. */
export interface BundledMonth {
  readonly period: string;
  readonly reading: BundleReading;
  readonly services: unknown;
  /** Of the parties' own, for the agreement; absent where there are none. */
  readonly figures?: unknown;
  /** What reserves on sales held back of it, where it is rated again. */
  readonly heldSales?: unknown;
  readonly usage: BundledUsage[];
}

/** A bundle as it was read; nothing of it is believed yet. */
export interface BundleFile {
  readonly name: string;
  readonly agreement: string;
  readonly statement: string;
  readonly month: string;
  /** The signed statement in its canonical bytes. */
  readonly signed: Buffer;
  /** By month. */
  readonly terms: ReadonlyMap<string, unknown>;
  readonly carried: { readonly in: unknown; readonly out: unknown };
  readonly facts: unknown;
  readonly months: readonly BundledMonth[];
  readonly rows: number;
  /** What stands under the seal, and what the lines before it really come to. */
  readonly end: BundleEnd & { readonly seal: string };
  readonly found: Pick<BundleEnd, 'records' | 'sha256'>;
}

type Line = Readonly<Record<string, unknown>>;

/** Reads a bundle line by line: of its bytes no more is held than a line, and what the lines say. Throws BundleUnreadable. */
export async function readBundle(path: string): Promise<BundleFile> {
  const reader = new BundleReader(path);
  const hash = createHash('sha256');
  let last: Buffer | undefined;
  for await (const bytes of linesOf(path)) {
    if (last !== undefined) {
      hash.update(last);
      reader.take(last);
    }
    last = bytes;
  }
  return reader.end(last, hash.digest('hex'));
}

/** The lines of a file with their line feeds; what follows the last line feed is a line too. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer;
    let at = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, at)) {
      yield Buffer.concat([...rest, bytes.subarray(at, end + 1)]);
      rest = [];
      at = end + 1;
    }
    if (at < bytes.length) rest.push(bytes.subarray(at));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

const lineFeed = 10;

class BundleReader {
  private number = 0;
  private rows = 0;
  private about: Line | undefined;
  private signed: Buffer | undefined;
  private carried: BundleFile['carried'] | undefined;
  private facts: unknown;
  private readonly terms = new Map<string, unknown>();
  private readonly months: BundledMonth[] = [];

  constructor(private readonly name: string) {}

  take(bytes: Buffer): void {
    const { record, ...line } = this.parsed(bytes);
    if (this.number === 1) {
      if (record !== 'bundle' || line['schema'] !== STATEMENT_BUNDLE_SCHEMA) throw this.unreadable('is no bundle');
      this.about = line;
    } else if (record === 'usage') this.takeUsage(line);
    else if (record === 'signed') this.signed = this.canonical(line);
    else if (record === 'terms') this.terms.set(String(line['period']), line['terms']);
    else if (record === 'carried') this.carried = { in: line['in'], out: line['out'] };
    else if (record === 'facts') this.facts = line['facts'];
    else if (record === 'month') this.takeMonth(line);
    else if (record === 'report' || record === 'events') this.takeSource(record, line);
    else throw this.unreadable('is of no kind that is known');
  }

  end(bytes: Buffer | undefined, sha256: string): BundleFile {
    const records = this.number;
    const { record, ...end } = bytes === undefined ? {} : this.parsed(bytes);
    const { about, signed, carried, name, terms, facts, months, rows } = this;
    if (record !== 'end' || typeof end['seal'] !== 'string') throw this.unreadable('is not the end of a bundle');
    if (about === undefined || signed === undefined || carried === undefined) {
      throw this.unreadable('comes before the statement and its balances');
    }
    const [agreement, statement, month] = [about['agreement'], about['statement'], about['month']].map(String);
    const named = { agreement: agreement!, statement: statement!, month: month! };
    const found = { records, sha256 };
    return {
      name,
      ...named,
      signed,
      terms,
      carried,
      facts,
      months,
      rows,
      end: end as unknown as BundleFile['end'],
      found,
    };
  }

  private canonical(line: Line): Buffer {
    try {
      return Buffer.from(canonicalText(line), 'utf8');
    } catch {
      throw this.unreadable('has no canonical form');
    }
  }

  private takeMonth({ period, reading, services, figures, heldSales }: Line): void {
    if (reading !== 'counted' && reading !== 'corrected' && reading !== 'earlier') {
      throw this.unreadable('is of no reading that is known');
    }
    const own = figures === undefined ? {} : { figures };
    const held = heldSales === undefined ? {} : { heldSales };
    this.months.push({ period: String(period), reading, services, ...own, ...held, usage: [] });
  }

  private takeSource(record: string, { report, agreement }: Line): void {
    const month = this.months.at(-1);
    if (month === undefined) throw this.unreadable('comes before any month');
    month.usage.push({ name: record === 'events' ? record : `report ${String(report)}`, agreement, rows: [] });
  }

  private takeUsage(row: Line): void {
    const source = this.months.at(-1)?.usage.at(-1);
    if (source === undefined) throw this.unreadable('comes before any report');
    source.rows.push(row);
    this.rows += 1;
  }

  private parsed(bytes: Buffer): Line {
    this.number += 1;
    if (bytes.at(-1) !== lineFeed) throw this.unreadable('is cut off');
    try {
      const line: unknown = JSON.parse(bytes.toString('utf8'));
      if (typeof line === 'object' && line !== null && !Array.isArray(line)) return line as Line;
    } catch {
      // Told below.
    }
    throw this.unreadable('is no JSON object');
  }

  private unreadable(what: string): BundleUnreadable {
    return new BundleUnreadable(`${this.name}: line ${this.number} ${what}`);
  }
}
