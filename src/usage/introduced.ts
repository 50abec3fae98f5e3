import { calendarDateOf, daysOf, monthPeriod } from '../kernel';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import type { Storage, StoredFile } from '../platform/storage/storage';
import { jsonLines, parquet } from './engine/delimited-layout';
import { firstLines } from './first-lines';
import { headerCells, layoutFor, type Mapping } from './mapping';
import { checkParquet } from './parquet/parquet-rows';
import { readOpening } from './read-opening';
import type { ReceivedFile } from './receive-report';
import { asRefusal } from './report-text';
import { unpacked } from './unpacked';

/** What the sender says about a table; nothing about a DSR file, which introduces itself. */
export interface Introduction {
  readonly mapping: Mapping | undefined;
  readonly mappingId?: string;
  readonly labelId?: string;
  readonly serviceId?: string;
  readonly month?: string;
  readonly messageId?: string;
}

const gzip = Buffer.from([0x1f, 0x8b]);
const headerBytesMax = 256 * 1024;

/** Reads the beginning of a stored file: whose report it is, of which month, and that it can be read at all. Refuses with report-unreadable. */
export async function introduced(
  storage: Storage,
  { sha256, bytes }: StoredFile,
  { mapping, mappingId = '', labelId = '', serviceId = '', month = '', messageId = '' }: Introduction,
): Promise<Omit<ReceivedFile, 'file' | 'replaces'>> {
  const packed = (await beginning(storage, sha256)).subarray(0, 2).equals(gzip) ? 'gzip' : null;
  const source = unpacked(storage.read(sha256), { packed, bytes: BigInt(bytes) });
  if (mapping === undefined) {
    const opening = await readOpening(source);
    return { packed, opening, messageId: opening.head.messageId, month: opening.month };
  }
  const names = await columnNames(mapping, source, storage.pathOf(sha256));
  const period = { from: calendarDateOf(`${month}-01`), days: daysOf(monthPeriod(month)) };
  const layout = layoutFor(mapping, names, period);
  if ('faults' in layout) throw new DomainError('report-unreadable', undefined, layout.faults);
  return {
    packed: mapping.delimiter === parquet ? null : packed,
    messageId,
    month,
    mapped: { labelId, serviceId, mappingId, layout },
  };
}

async function columnNames(mapping: Mapping, source: AsyncIterable<Buffer>, path: string): Promise<string[]> {
  if (mapping.delimiter === parquet) {
    await checkParquet(path, mapping.columns).catch((error: unknown) => {
      throw asRefusal(error);
    });
    return [];
  }
  const [header] = await firstLines(source, headerBytesMax, 1);
  return header === undefined ? [] : namesOf(header, mapping);
}

function namesOf(line: Buffer, { delimiter }: Mapping): string[] {
  if (line.includes(0)) throw unreadable('encoding-not-utf8', 'the file is not UTF-8');
  if (delimiter === jsonLines) return [];
  const names = headerCells(line, delimiter);
  if (names === undefined) throw unreadable('header-unreadable', 'the first line is no header');
  return names;
}

const unreadable = (code: string, message: string): DomainError => {
  const fault: Fault = { pointer: '/lines/1', code, message };
  return new DomainError('report-unreadable', undefined, [fault]);
};

async function beginning(storage: Storage, sha256: string): Promise<Buffer> {
  for await (const chunk of storage.read(sha256)) return chunk as Buffer;
  return Buffer.alloc(0);
}
