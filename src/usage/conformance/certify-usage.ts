import { Injectable } from '@nestjs/common';
import { ReportUnreadable, unpacked } from '../../ddex';
import { calendarDateOf, canonicalText, daysOf, monthPeriod } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { Keyring } from '../../platform/keyring/keyring';
import { signedText } from '../../platform/keyring/signed-text';
import { lineBytesMax } from '../engine/careful-line';
import { numberedLines } from '../engine/line-chunks';
import { readJsonBody } from '../events/event-bodies';
import { checkNow } from '../events/take-events';
import type { EventReading } from '../events/usage-event';
import type { MappedMonth, Mapping } from '../mapping';
import { getMapping } from '../mappings.repository';
import { parquetType } from '../file-kind';
import { parquet } from '../engine/delimited-layout';
import { parquetRows } from '../parquet/parquet-rows';
import { ParquetUnreadable } from '../parquet/unreadable';
import { CERTIFICATE_TYPE, type CertificateView, type FixView, scoreOf, type SignedCertificate } from './certificate';
import { type CheckedFile, checkDsr, checkEventBatch, checkEvents, checkTable } from './check-file';
import { dsrFix, eventFix, type RightLine, tableFix } from './fixes';
import type { Problem } from './problems';

const eventType = 'application/cloudevents+json';
const batchType = 'application/cloudevents-batch+json';
const fileTypes = ['text/tab-separated-values', 'text/csv', 'text/plain', 'application/gzip', parquetType];
const linesType = 'application/x-ndjson';
export const conformanceTypes = [...fileTypes, linesType, eventType, batchType];

/** What is to be checked: by whose rules. */
type Subject =
  | { readonly kind: 'dsr'; readonly fileName: string }
  | { readonly kind: 'table'; readonly mapping: Mapping; readonly month: MappedMonth }
  | { readonly kind: 'events' | 'event' | 'batch'; readonly services: ReadonlySet<string> };

interface FileToCheck {
  readonly sha256: string;
  readonly path: string;
  readonly bytes: number;
  /** Unpacked. */
  readonly bytesMax: number;
  read(): AsyncIterable<Buffer>;
}

interface Asked {
  readonly mappingId?: string;
  readonly month?: string;
  readonly fileName?: string;
}

/** Checks a file by the same code that reads reports and events, and signs what it finds. Looks at no agreement and keeps nothing. */
@Injectable()
export class CertifyUsage {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly keyring: Keyring,
  ) {}

  /** Refuses with request-invalid or not-found. */
  subjectOf(actor: Actor, type: string, { mappingId, month, fileName = '' }: Asked): Promise<Subject> {
    if (mappingId === undefined && fileTypes.includes(type)) return Promise.resolve({ kind: 'dsr', fileName });
    return this.database.withTenant(
      actor,
      async (tx): Promise<Subject> => {
        if (mappingId === undefined) {
          const rows = await tx.rows<{ id: string }>('SELECT id FROM services WHERE organization_id = $1 ORDER BY id', [
            actor.organizationId,
          ]);
          const services = new Set(rows.map(({ id }) => id));
          return { kind: type === batchType ? 'batch' : type === eventType ? 'event' : 'events', services };
        }
        if (month === undefined) {
          const fault = { pointer: '/month', code: 'field-required', message: 'a table needs its month' };
          throw new DomainError('request-invalid', undefined, [fault]);
        }
        const { mapping } = await getMapping(tx, mappingId);
        const period = { from: calendarDateOf(`${month}-01`), days: daysOf(monthPeriod(month)) };
        return { kind: 'table', mapping, month: period };
      },
      'read',
    );
  }

  /** Refuses with body-too-large what unpacks to more than is taken, and with request-invalid a batch that is no JSON. */
  async execute(actor: Actor, subject: Subject, file: FileToCheck): Promise<SignedCertificate> {
    const now = this.clock.now();
    const text = (): AsyncIterable<Buffer> => limited(textOf(subject, file), file.bytesMax);
    const batch = await batchOf(subject, file);
    const checked = await check(subject, text, batch, now);
    const { problems } = checked;
    const fixes = await fixesOf(subject, checked, () => (batch === undefined ? text() : eventLines(batch)));
    const certificate: CertificateView = {
      platformId: actor.organizationId,
      sha256: file.sha256,
      bytes: file.bytes,
      checkedAt: now.toISOString(),
      profile: checked.profile,
      lines: checked.lines,
      accepted: checked.accepted,
      rejected: checked.rejected,
      score: scoreOf(checked),
      problems: problems.first,
      problemsTotal: problems.total,
      problemsByCode: problems.byCode,
      fixes,
    };
    const kind = { purpose: 'usage', typ: CERTIFICATE_TYPE } as const;
    return { certificate, jws: await signedText(this.keyring, kind, canonicalText(certificate)) };
  }
}

function textOf(subject: Subject, { path, read }: FileToCheck): AsyncIterable<Buffer> {
  if (subject.kind !== 'table' || subject.mapping.delimiter !== parquet) return unpacked(read());
  return parquetRows(path, { columns: subject.mapping.columns, forms: subject.mapping });
}

function check(
  subject: Subject,
  text: () => AsyncIterable<Buffer>,
  batch: unknown,
  now: Date,
): CheckedFile | Promise<CheckedFile> {
  if (subject.kind === 'dsr') return checkDsr(text(), subject.fileName);
  if (subject.kind === 'table') return checkTable(text(), subject.mapping, subject.month);
  const judge = (reading: EventReading): EventReading => checkNow(reading, subject.services, now);
  return subject.kind === 'events' ? checkEvents(text(), judge) : checkEventBatch(batch, judge);
}

/** Events that come as one JSON text; one that comes alone is a batch of one. */
async function batchOf({ kind }: Subject, file: FileToCheck): Promise<unknown> {
  if (kind !== 'batch' && kind !== 'event') return undefined;
  const json = await readJsonBody(file.read());
  return kind === 'event' ? [json] : json;
}

async function* limited(text: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of text) {
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new DomainError('body-too-large', `this route takes at most ${bytesMax} bytes, unpacked`);
    yield chunk;
  }
}

/** A batch as lines, so that its events have numbers as those of a stream have. */
async function* eventLines(batch: unknown): AsyncGenerator<Buffer> {
  const events: unknown[] = Array.isArray(batch) ? batch : [batch];
  yield* events.map((event) => Buffer.from(`${JSON.stringify(event)}\n`));
}

/** For each kind of problem its first line, as it came and as it would be right. */
async function fixesOf(
  subject: Subject,
  { problems, layout, lines }: CheckedFile,
  text: () => AsyncIterable<Buffer>,
): Promise<FixView[]> {
  const kinds = [...problems.kinds.values()];
  if (kinds.length === 0) return [];
  const right = (problem: Problem, line: string): RightLine | undefined => {
    if (subject.kind === 'dsr') return dsrFix(lines)(problem, line);
    if (subject.kind === 'table') return layout && tableFix(layout)(problem, line);
    return eventFix([...subject.services][0])(problem, line);
  };
  const found = await linesNumbered(text(), new Set(kinds.map(({ line }) => line)));
  return kinds.map((problem) => {
    const came = found.get(problem.line) ?? '';
    const fix = right(problem, came);
    const { code, message, line } = problem;
    return {
      code,
      message,
      line,
      asItCame: shown(came),
      right: fix === undefined ? null : shown(fix.text),
      from: fix?.from ?? null,
    };
  });
}

async function linesNumbered(text: AsyncIterable<Buffer>, numbers: ReadonlySet<number>): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const last = Math.max(...numbers);
  try {
    for await (const { bytes, number } of numberedLines(text, lineBytesMax)) {
      if (numbers.has(number)) found.set(number, bytes.toString('utf8').replace(/\r$/, ''));
      if (number >= last) break;
    }
  } catch (error) {
    // What is behind the place where the file breaks off has no lines to show.
    if (!(error instanceof ReportUnreadable || error instanceof ParquetUnreadable)) throw error;
  }
  return found;
}

const shownMax = 4_000;

/** Cut, and well-formed where the cut goes through a character. */
const shown = (text: string): string => Buffer.from(text.slice(0, shownMax)).toString();
