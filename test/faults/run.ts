import type { Findings } from './findings';
import type { System } from './system';

export interface FaultsOptions {
  readonly points: number;
  readonly seed: number;
  /** Progress, for people only. */
  readonly say: (line: string) => void;
  /** Of a run that consists of several: those that are wanted, and how large. Absent: all, as they are usually. */
  readonly only?: readonly string[];
  readonly size?: 'usual' | 'full' | number;
  /** A line of a result, also where only the result is wanted. */
  readonly print?: (line: string) => void;
}

/** What a run of faults prints. */
export interface FaultsResult {
  readonly name: string;
  readonly seed: number;
  /** Kills delivered. */
  readonly points: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly ledgerSum: Readonly<Record<string, string>>;
  readonly ok: boolean;
}

/** Notes that the work broke off, and tells people what was under way then. */
export async function brokeOff(system: System, findings: Findings, error: unknown): Promise<void> {
  findings.lost(`the end of the work: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const waiting = await system.underWay().catch((failure: unknown) => [String(failure)]);
  for (const line of waiting) process.stderr.write(`faults: under way: ${line}\n`);
}

/** Whether everything held: nothing was found, and no process ended by itself. Tells people what did not, and what the processes wrote last. */
export function heldAll(system: System, findings: Findings): boolean {
  for (const line of findings.lines()) process.stderr.write(`faults: ${line}\n`);
  for (const note of system.endedByThemselves) process.stderr.write(`faults: not killed by us: ${note}\n`);
  const held = findings.clean && system.endedByThemselves.length === 0;
  if (!held) process.stderr.write(system.logTails());
  return held;
}
