import { useModelCode } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { HeldLine } from '../engine/held-and-faults';
import type { KeptReadings } from '../kept-readings';
import type { UsageReport } from '../usage-report';

/** Held use of one report, added up: the same recording as reported, place and reason. */
export interface SuspendedUse {
  readonly report: UsageReport;
  /** As reported; null where the lines name no recording. */
  readonly isrc: string | null;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly reason: string;
  readonly lines: number;
  readonly quantity: bigint;
  readonly returns: bigint;
  readonly firstLine: number;
  /** Of a delta: the report in whose file that line stands, where it is another one. */
  readonly firstLineOf: string | undefined;
}

export interface SuspenseFilter {
  /** "2026-01" */
  readonly month?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly labelId?: string | undefined;
  readonly platformId?: string | undefined;
  readonly reason?: string | undefined;
}

/** How much one answer reads and keeps: what is beyond is counted and said. */
export interface SuspenseLimits {
  readonly lines: number;
  readonly groups: number;
}
export const suspenseLimits: SuspenseLimits = { lines: 1_000_000, groups: 50_000 };

const linesAtOnce = 20_000;

/** Live reports with held lines that the caller is party to, by month and id, from one on. */
export const reportsInSuspense = (
  tx: Tx,
  { month, serviceId, labelId, platformId }: SuspenseFilter,
  from: readonly [month: string, id: string] | undefined,
  limit: number,
): Promise<UsageReport[]> =>
  tx.rows<UsageReport>(
    `SELECT * FROM usage_reports
      WHERE state = 'accepted' AND held_lines > 0 AND ($1::date IS NULL OR month = $1) AND ($2::uuid IS NULL OR service_id = $2)
        AND ($3::uuid IS NULL OR label_id = $3) AND ($4::uuid IS NULL OR platform_id = $4) AND ($5::date IS NULL OR (month, id) >= ($5, $6::uuid))
      ORDER BY month, id LIMIT $7`,
    [
      month === undefined ? null : `${month}-01`,
      serviceId ?? null,
      labelId ?? null,
      platformId ?? null,
      from === undefined ? null : `${from[0]}-01`,
      from?.[1] ?? null,
      limit,
    ],
  );

export interface Suspended {
  readonly rows: readonly SuspendedUse[];
  /** Lines that were looked at. */
  readonly read: number;
  /** Lines that are beyond the limits. */
  readonly leftOut: number;
}

/** One report's held use, added up line by line; in the order of recording, place and reason. */
export async function suspendedUse(
  readings: Pick<KeptReadings, 'heldLines'>,
  report: UsageReport,
  { reason, limits }: { readonly reason?: string | undefined; readonly limits: SuspenseLimits },
): Promise<Suspended> {
  const groups = new Map<string, Sum>();
  let [read, leftOut] = [0, 0];
  while (read < limits.lines) {
    const lines = await readings.heldLines(report, read, Math.min(linesAtOnce, limits.lines - read));
    if (lines.length === 0) break;
    read += lines.length;
    for (const line of lines) {
      if ((reason === undefined || line.reason === reason) && !take(groups, line, limits.groups)) leftOut += 1;
    }
  }
  const rows = [...groups.values()].map((sum): SuspendedUse => ({ report, ...sum }));
  return { rows: rows.sort(inOrder), read, leftOut: leftOut + Number(report.held_lines ?? 0n) - read };
}

type Sum = { -readonly [Name in keyof Omit<SuspendedUse, 'report'>]: SuspendedUse[Name] };

/** False where there is no room for one more group. */
function take(groups: Map<string, Sum>, line: HeldLine, groupsMax: number): boolean {
  const { isrc, territory, use, model, reason, quantity, returns } = line;
  const key = `${isrc} ${territory} ${use} ${model} ${reason}`;
  const group = groups.get(key);
  if (group === undefined) {
    if (groups.size === groupsMax) return false;
    groups.set(key, {
      isrc,
      territory,
      use,
      model,
      reason,
      lines: 1,
      quantity,
      returns,
      firstLine: line.line,
      firstLineOf: line.report,
    });
    return true;
  }
  group.lines += 1;
  group.quantity += quantity;
  group.returns += returns;
  return true;
}

const keyOf = ({ isrc, territory, use, model, reason }: SuspendedUse): string =>
  `${isrc ?? ''} ${territory} ${String(useModelCode(use, model)).padStart(5, '0')} ${reason}`;

function inOrder(a: SuspendedUse, b: SuspendedUse): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : Number(left > right);
}
