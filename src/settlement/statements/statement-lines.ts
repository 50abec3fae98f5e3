import {
  exactOfRecordings,
  exactText,
  moneyFromText,
  type RatedPeriod,
  rational,
  type RecordingUnits,
  spreadOverRecordings,
  subtract,
  type UsageSum,
} from '../../kernel';
import type { ClosedMonth, RatedCorrection } from './rate-close';

/** One line of a statement: what a recording earned in one context, or, without recording, what its clause owes to none. */
export interface StatementLine {
  /** 'YYYY-MM': the statement's month, or the month that the line corrects. */
  readonly period: string;
  readonly clause: string;
  readonly recording:
    | Pick<
        RecordingUnits,
        'isrc' | 'service' | 'territory' | 'use' | 'model' | 'controlledShare' | 'usedOn' | 'reportedOn'
      >
    | undefined;
  readonly quantity: bigint;
  readonly returns: bigint;
  /** What it was sold for, where the terms pay by it; of a correction, the change. */
  readonly sales?: string;
  /** Unrounded, as a decimal or a quotient. */
  readonly exact: string;
  /** Its part of the rounded total, in minor units. */
  readonly minor: bigint;
}

/** The lines of a closed month in canonical order. With those of its corrections they sum to its royalties. */
export function* linesOfMonth({
  month: period,
  rated,
  usage,
}: Pick<ClosedMonth, 'month' | 'rated' | 'usage'>): Generator<StatementLine> {
  const sums = bySum(usage.usage);
  const exact = exactOfRecordings(rated);
  const parts = spreadOverRecordings(rated);
  const rest = new Map(
    rated.clauses.map(({ clause, amount }) => [clause, moneyFromText(amount, rated.currency).minor]),
  );
  for (const [index, recording] of rated.recordings.entries()) {
    const minor = parts[index] ?? 0n;
    const { quantity, returns, sales } = sums.get(keyOf(recording)) ?? nothing;
    rest.set(recording.clause, (rest.get(recording.clause) ?? 0n) - minor);
    const sold = sales === undefined ? {} : { sales };
    yield { period, clause: recording.clause, recording, quantity, returns, ...sold, exact: exact(recording), minor };
  }
  for (const { clause, unattributed } of rated.clauses) {
    yield* restOf({ period, clause, exact: unattributed, minor: rest.get(clause) ?? 0n });
  }
}

/** A line for each recording that changed, and for what no recording is owed any more, or now. */
export function* linesOfCorrection(correction: RatedCorrection): Generator<StatementLine> {
  const { month: period, restatement, booked, live, before, rerated } = correction;
  const [old, now] = [bySum(booked.usage), bySum(live.usage)];
  const { currency } = restatement.delta;
  const rest = new Map(
    restatement.clauses.map(({ clause, amount }) => [clause, moneyFromText(amount, currency).minor]),
  );
  for (const { exact, minor, ...recording } of restatement.recordings) {
    const [was, is] = [old.get(keyOf(recording)) ?? nothing, now.get(keyOf(recording)) ?? nothing];
    const change = {
      quantity: is.quantity - was.quantity,
      returns: is.returns - was.returns,
      ...salesChange(was, is),
    };
    rest.set(recording.clause, (rest.get(recording.clause) ?? 0n) - minor);
    yield { period, clause: recording.clause, recording, ...change, exact, minor };
  }
  // A clause that is worth what it was may still pay other recordings, so all of them are looked at.
  for (const { clause } of rerated.clauses) {
    const exact = exactText(subtract(unattributed(rerated, clause), unattributed(before, clause)));
    yield* restOf({ period, clause, exact, minor: rest.get(clause) ?? 0n });
  }
}

/** A floor or a flat fee of a period without any units belongs to no recording. */
function* restOf(line: Pick<StatementLine, 'period' | 'clause' | 'exact' | 'minor'>): Generator<StatementLine> {
  if (line.minor !== 0n) yield { ...line, recording: undefined, quantity: 0n, returns: 0n };
}

const unattributed = (rated: RatedPeriod, clause: string): ReturnType<typeof rational> =>
  rational(rated.clauses.find((line) => line.clause === clause)?.unattributed ?? '0');

const nothing: Pick<UsageSum, 'quantity' | 'returns' | 'sales'> = { quantity: 0n, returns: 0n };

function salesChange({ sales: was }: typeof nothing, { sales: is }: typeof nothing): Pick<StatementLine, 'sales'> {
  if (was === undefined && is === undefined) return {};
  return { sales: exactText(subtract(rational(is ?? '0'), rational(was ?? '0'))) };
}

type Keyed = Omit<UsageSum, 'quantity' | 'returns'>;

const keyOf = ({
  isrc,
  service,
  territory,
  use,
  model,
  controlledShare = '',
  usedOn = '',
  reportedOn = '',
}: Keyed): string => `${isrc} ${service} ${territory} ${use} ${model} ${controlledShare} ${usedOn} ${reportedOn}`;

/** Sums come grouped, one per recording, context, share and days. */
const bySum = (usage: readonly UsageSum[]): Map<string, UsageSum> => new Map(usage.map((sum) => [keyOf(sum), sum]));
