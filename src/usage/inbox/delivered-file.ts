import { createHash } from 'node:crypto';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { ChoiceField, CountryField, IdField, MonthField, TextField } from '../../platform/http/fields';
import { shapePipe } from '../../platform/http/validation';
import type { PlacedFile } from '../../platform/places/file-place';

/** What a sender may say in the file that tells that another one is complete. */
export class DeliveryNote {
  @MonthField({ optional: true }) readonly month?: string;
  @TextField({ max: 255, optional: true }) readonly messageId?: string;
  @IdField({ optional: true }) readonly replaces?: string;
  @CountryField({ optional: true }) readonly replacesTerritory?: string;
  @ChoiceField(['full', 'delta'], { optional: true }) readonly as?: 'full' | 'delta';
}

/** A file with the one that tells that it is complete. */
export interface DeliveredFile {
  readonly file: PlacedFile;
  readonly mark: PlacedFile;
  /** Of both: either changes it. */
  readonly version: string;
}

const markEnding = '.done';
export const noteBytesMax = 4_096;

/** Files whose mark is there. `placed` by name. */
export function delivered(placed: ReadonlyMap<string, PlacedFile>): DeliveredFile[] {
  return [...placed.values()].flatMap((mark) => {
    const file = mark.name.endsWith(markEnding) ? placed.get(mark.name.slice(0, -markEnding.length)) : undefined;
    return file === undefined ? [] : [{ file, mark, version: `${file.version} ${mark.version}` }];
  });
}

const namePattern = /^[\p{L}\p{N}_][\p{L}\p{N} ._()+@=,-]{0,199}$/u;
const nameForm = 'a name has 1 to 200 letters, digits, blanks and ._()+@=,- and begins with a letter, a digit or _';

/** What is wrong with a file before anything of it is read. */
export function refuseAtSight({ file, mark }: DeliveredFile, bytesMax: number): void {
  const faults: Fault[] = [];
  const fault = (code: string, message: string): void => void faults.push({ pointer: '/file', code, message });
  if (!namePattern.test(file.name)) fault('file-name-unfit', nameForm);
  if (!file.isFile || !mark.isFile) fault('file-not-regular', 'links, folders and pipes are not taken: only files');
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  if (file.bytes > bytesMax) throw new DomainError('body-too-large', `a report has at most ${bytesMax} bytes`);
  if (mark.bytes > noteBytesMax)
    throw new DomainError('body-too-large', `${mark.name} has at most ${noteBytesMax} bytes`);
}

/** The longest of what is put out for a file, and of what file systems have as a name. */
const longestEnding = '.acknowledgement.json';
const outBytesMax = 255;

/** How what is put out for a file begins. */
export const outName = (name: string): string =>
  namePattern.test(name) && Buffer.byteLength(name + longestEnding) <= outBytesMax
    ? name
    : `unnamed-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

const monthInName = /(?<!\d)((?:19|2\d)\d{2}-(?:0[1-9]|1[0-2]))(?!\d)/;

/**
 * What a mark says; what it does not is told by the name of the file and the box that it is in: senders call files alike in all of their boxes, and message ids are of
 * the whole organization. Refuses with request-invalid.
 */
export async function readNote(text: string, name: string, box: string): Promise<DeliveryNote> {
  const note = text.trim() === '' ? {} : parsed(text);
  const pipe = shapePipe();
  const { ...said } = (await pipe.transform(note, { type: 'body', metatype: DeliveryNote })) as DeliveryNote;
  const month = said.month ?? monthInName.exec(name)?.[1];
  return { messageId: [box, month, name].join(' '), ...said, ...(month !== undefined && { month }) };
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  const fault = { pointer: '', code: 'field-json', message: 'the mark is empty, or an object of JSON' };
  throw new DomainError('request-invalid', undefined, [fault]);
}
