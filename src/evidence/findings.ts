import { canonicalText, type Fault } from '../kernel';

/** What a verification finds, as it goes. */
export class Findings {
  readonly faults: Fault[] = [];
  readonly notes: string[] = [];

  /** `part` is the file of the bundle that does not hold. */
  add(part: string, code: string, message: string): void {
    this.faults.push({ pointer: part, code, message });
  }
}

/** The value of canonical JSON; undefined when the bytes are anything else: another spelling of the same value is refused. */
export function canonicalJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return Buffer.from(canonicalText(value), 'utf8').equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}
