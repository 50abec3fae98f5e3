import { isoDate } from './dates';

/** The parts of a report's file name. The recipient (label) comes before the sender (platform). */
export interface DsrFileName {
  /** DPID or party name. */
  readonly recipient: string;
  readonly sender: string;
  readonly serviceDescription: string;
  /** yyyy, yyyy-mm, yyyy-mm-dd, yyyy-Qq, yyyy-Www or yyyy-mm-dd--yyyy-mm-dd. */
  readonly period: string;
  /** ISO code, or agreed text such as `Worldwide`; may be empty. */
  readonly territory: string;
  /** Place among the files of the report; null where a single file leaves it out. */
  readonly part: { readonly number: number; readonly of: number } | null;
  /** yyyymmddThhmmss, with or without milliseconds. */
  readonly created: string;
  readonly compressed: boolean;
}

const PARTS = 8;
const EXTENSION = /\.tsv(\.gz)?$/;
const PART = /^([1-9]\d{0,3})of([1-9]\d{0,3})$/;
const CREATED = /^(\d{8})T(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\d{3})?$/;

type EightElements = [string, string, string, string, string, string, string, string];

/** Reads a file name; null when it is not one of the standard. */
export function parseDsrFileName(name: string): DsrFileName | null {
  const extension = EXTENSION.exec(name);
  if (extension === null || /\s/.test(name)) return null;
  const elements = name.slice(0, extension.index).split('_');
  // A report of a single file may leave the element out altogether.
  if (elements.length === PARTS - 1) elements.splice(6, 0, '');
  const part = readPart(elements[6] ?? '');
  if (elements.length !== PARTS || elements[0] !== 'DSR' || part === undefined) return null;
  const [, recipient, sender, serviceDescription, period, territory, , created] = elements as EightElements;
  if (recipient === '' || sender === '' || !isPeriod(period) || !isCreated(created)) return null;
  const compressed = extension[1] !== undefined;
  return { recipient, sender, serviceDescription, period, territory, part, created, compressed };
}

/** Writes a file name; throws RangeError when an element would not be read back as it is. */
export function dsrFileName(parts: DsrFileName): string {
  const { recipient, sender, serviceDescription, period, territory, part, created, compressed } = parts;
  const xOfY = part === null ? '' : `${part.number}of${part.of}`;
  const elements = [recipient, sender, serviceDescription, period, territory, xOfY, created];
  const name = `DSR_${elements.join('_')}.tsv${compressed ? '.gz' : ''}`;
  if (parseDsrFileName(name) === null) throw new RangeError(`not a DSR file name: ${name.slice(0, 200)}`);
  return name;
}

function readPart(text: string): DsrFileName['part'] | undefined {
  if (text === '') return null;
  const match = PART.exec(text);
  if (match === null) return undefined;
  const part = { number: Number(match[1]), of: Number(match[2]) };
  return part.number <= part.of ? part : undefined;
}

function isCreated(text: string): boolean {
  const match = CREATED.exec(text);
  return match !== null && isoDate(match[1]!) !== null;
}

function isPeriod(text: string): boolean {
  const [first = '', last, ...more] = text.split('--');
  if (last !== undefined) return more.length === 0 && isDay(first) && isDay(last) && first <= last;
  return /^\d{4}(?:-(?:0[1-9]|1[0-2])|-Q[1-4]|-W(?:0[1-9]|[1-4]\d|5[0-3]))?$/.test(first) || isDay(first);
}

const isDay = (text: string): boolean => text.length === 10 && isoDate(text) !== null;
