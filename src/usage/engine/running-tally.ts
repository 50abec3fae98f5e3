import type { MatchPlan } from './match-plan';
import type { FoundSums } from './reading';
import { RunFiles } from './run-files';
import { byReason, Tally } from './tally';
import { TracingTally } from './tracing-tally';

/** Six megabytes: what a core's own cache holds is twice as fast as what it does not, and runs are merged for little. */
export const slotsOfThread = 1 << 18;

/** Sums and counts of lines that are alike. */
export interface Tallied extends FoundSums {
  readonly units: ReadonlyMap<number, bigint>;
  readonly accepted: number;
  readonly reasons: Float64Array;
}

export interface RunningTallyParts {
  readonly plan: MatchPlan;
  /** Where runs are written, and what their names begin with. */
  readonly folder: string;
  readonly name: string;
  readonly slotsMax: number;
}

/** A tally, and the files that it spills to. */
export class RunningTally {
  readonly tally: Tally;
  private readonly runs: RunFiles;

  constructor(
    { plan, slotsMax, folder, name }: RunningTallyParts,
    private readonly isTaken = false,
  ) {
    this.tally = plan.traced === undefined ? new Tally(plan, slotsMax) : new TracingTally(plan, plan.traced);
    this.runs = new RunFiles(folder, name);
  }

  takeHeld(): Uint32Array {
    this.runs.spillIfFull(this.tally.table);
    return this.tally.takeHeld();
  }

  end(): Tallied {
    const { table, units, accepted, reasons, untold } = this.tally;
    const sums = { runs: this.runs.list, last: table.takeRun(), large: table.large, isTaken: this.isTaken };
    return { ...sums, units, accepted, reasons, untold: [...untold.values()] };
  }
}

/** Counts of many tallies; `faulty` lines by code are the rejected ones besides those that are held. */
export function countsOf(tallied: readonly Tallied[], faulty: Readonly<Record<string, number>>) {
  const rejectedByCode = { ...faulty };
  const units = new Map<number, bigint>();
  let accepted = 0;
  for (const found of tallied) {
    accepted += found.accepted;
    for (const [reason, count] of Object.entries(byReason(found.reasons))) {
      rejectedByCode[reason] = (rejectedByCode[reason] ?? 0) + count;
    }
    const sign = found.isTaken === true ? -1n : 1n;
    for (const [place, count] of found.units) units.set(place, (units.get(place) ?? 0n) + sign * count);
  }
  return { accepted, rejected: sumOf(rejectedByCode), faulty: sumOf(faulty), rejectedByCode, units };
}

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
