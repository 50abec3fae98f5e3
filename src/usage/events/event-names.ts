import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { numberedLines } from '../engine/line-chunks';
import { parsed } from './event-bodies';

/** An event named in a file, and the line on which it is. */
export interface NamedEvent {
  readonly source: string;
  readonly id: string;
  readonly line: number;
}

export const namesMax = 100_000;
const lineBytesMax = 16 * 1024;
const faultsMax = 100;

/** The events that a file of JSON Lines names, `{"source", "id"}` each; empty lines are none. Refuses with request-invalid, the first hundred faults at once. */
export async function readEventNames(file: AsyncIterable<Buffer>): Promise<NamedEvent[]> {
  const names: NamedEvent[] = [];
  const faults: Fault[] = [];
  for await (const { bytes, number: line } of numberedLines(file, lineBytesMax)) {
    const read = nameIn(bytes);
    if (typeof read === 'string') faults.push({ pointer: `/lines/${line}`, code: 'event-name', message: read });
    else if (read !== undefined) names.push({ ...read, line });
    if (names.length > namesMax) throw refused([tooMany]);
    if (faults.length === faultsMax) throw refused(faults);
  }
  if (names.length === 0 && faults.length === 0)
    faults.push({ pointer: '/lines', code: 'event-name', message: 'names no event' });
  if (faults.length > 0) throw refused(faults);
  return names;
}

const refused = (faults: readonly Fault[]): DomainError => new DomainError('request-invalid', undefined, faults);

const tooMany: Fault = {
  pointer: '/lines',
  code: 'field-array-size',
  message: `a file names at most ${namesMax} events`,
};

/** The name, why it is none, or undefined for an empty line. */
function nameIn(bytes: Buffer): Pick<NamedEvent, 'source' | 'id'> | string | undefined {
  if (bytes.length > lineBytesMax) return `a line has at most ${lineBytesMax} bytes`;
  if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 13)) return undefined;
  const json = parsed(bytes);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'is no JSON object in UTF-8';
  const { source, id, ...others } = json as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return 'has members beside source and id';
  if (!isName(source) || !isName(id)) return 'source and id are texts of 1 to 255 characters';
  return { source, id };
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 255 && !/\p{Cc}|\p{Cs}/u.test(value);
