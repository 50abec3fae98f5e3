import { Injectable } from '@nestjs/common';
import { servicesGranted } from '../../agreements';
import { findRecordings, type Recording } from '../../catalogue';
import { add, monthPeriod, type Rational, rational, ZERO } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { UsageReport } from '../usage-report';
import type { Estimator } from './estimator';
import { ReadSuspense } from './read-suspense';
import { reportsInSuspense, type SuspendedUse, suspenseLimits } from './suspended-use';

/** Use of one of the label's recordings by a service that has no licence for it, or not for that. */
export interface UnlicensedUse {
  readonly recording: Recording;
  readonly platformId: string;
  readonly serviceId: string;
  readonly lines: number;
  readonly quantity: bigint;
  readonly returns: bigint;
  /** Units by the reason why no agreement covers them. */
  readonly reasons: Readonly<Record<string, bigint>>;
  /** Whether the label licenses the recording to any other service in that month. */
  readonly isLicensedElsewhere: boolean;
  /** By currency, as far as an agreement says what such use is worth. */
  readonly worth: ReadonlyMap<string, Rational>;
  /** Units that nothing says the worth of. */
  readonly unestimated: bigint;
}

export interface UnlicensedQuestion {
  readonly labelId: string;
  /** "2026-01" */
  readonly month: string;
  readonly serviceId?: string | undefined;
  readonly platformId?: string | undefined;
}

interface Found extends Mutable<Omit<UnlicensedUse, 'reasons' | 'worth'>> {
  readonly reasons: Record<string, bigint>;
  readonly worth: Map<string, Rational>;
}
type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** So many reports speak for a label in one month at most. */
const reportsMax = 1_000;

/** For a label: what is used of its own recordings without a licence, most used first. It tells nothing that the label is no party to. */
@Injectable()
export class ReadUnlicensed {
  constructor(private readonly suspense: ReadSuspense) {}

  /** All of a month, within the limits of one answer. */
  async month(
    tx: Tx,
    { labelId, month, serviceId, platformId }: UnlicensedQuestion,
  ): Promise<{ rows: UnlicensedUse[]; leftOut: number }> {
    const reports = await reportsInSuspense(tx, { month, serviceId, labelId, platformId }, undefined, reportsMax);
    const found = new Map<string, Found>();
    let [read, leftOut] = [0, 0];
    for (const report of reports) {
      if (read >= suspenseLimits.lines) {
        leftOut += Number(report.held_lines ?? 0n);
        continue;
      }
      const suspended = await this.suspense.suspended(report);
      read += suspended.read;
      leftOut += suspended.leftOut + (await this.add(tx, found, report, suspended.rows));
    }
    const rows = [...found.values()].sort(mostUsed);
    const { from, until } = monthPeriod(month);
    const isrcs = [...new Set(rows.map(({ recording }) => recording.isrc))];
    const granted = await servicesGranted(tx, { labelId, isrcs, from, until });
    for (const row of rows) {
      row.isLicensedElsewhere = [...(granted.get(row.recording.isrc) ?? [])].some((id) => id !== row.serviceId);
    }
    return { rows, leftOut };
  }

  /** Gives how many lines there was no room for. */
  private async add(
    tx: Tx,
    found: Map<string, Found>,
    report: UsageReport,
    rows: readonly SuspendedUse[],
  ): Promise<number> {
    const isrcs = [...new Set(rows.flatMap(({ isrc }) => isrc ?? []))];
    const own = new Map((await findRecordings(tx, report.label_id, isrcs)).map((each) => [each.isrc, each]));
    const { estimator } = await this.suspense.between(tx, report);
    let leftOut = 0;
    for (const row of rows) {
      const recording = own.get(row.isrc ?? '');
      if (recording === undefined) continue;
      const key = `${recording.isrc} ${report.service_id}`;
      const use = found.get(key) ?? emptyUse(recording, report);
      if (use.lines === 0 && found.size === suspenseLimits.groups) leftOut += row.lines;
      else found.set(key, await added(use, row, estimator));
    }
    return leftOut;
  }
}

const emptyUse = (recording: Recording, report: UsageReport): Found => ({
  recording,
  platformId: report.platform_id,
  serviceId: report.service_id,
  lines: 0,
  quantity: 0n,
  returns: 0n,
  reasons: {},
  isLicensedElsewhere: false,
  worth: new Map(),
  unestimated: 0n,
});

async function added(use: Found, row: SuspendedUse, estimator: Estimator): Promise<Found> {
  const units = row.quantity - row.returns;
  use.lines += row.lines;
  use.quantity += row.quantity;
  use.returns += row.returns;
  use.reasons[row.reason] = (use.reasons[row.reason] ?? 0n) + units;
  const estimate = await estimator.of(row.report.month.slice(0, 7), { ...row, service: row.report.service_id });
  if (estimate.basis === null) use.unestimated += units;
  else use.worth.set(estimate.currency, add(use.worth.get(estimate.currency) ?? ZERO, rational(estimate.amount)));
  return use;
}

const mostUsed = (a: UnlicensedUse, b: UnlicensedUse): number => {
  if (a.quantity !== b.quantity) return a.quantity > b.quantity ? -1 : 1;
  const [left, right] = [`${a.recording.isrc} ${a.serviceId}`, `${b.recording.isrc} ${b.serviceId}`];
  return left < right ? -1 : Number(left > right);
};
