import { type Period } from '../calendar';

/** When the books of a period are closed: from that day on the period is closed. */
export interface Closing extends Period {
  readonly closedOn: string;
}

/** A rated version of one period: when it was recorded, and what it comes to in minor units. */
export interface RatedVersion {
  readonly recordedOn: string;
  readonly final: bigint;
}

/** A row of an account, in minor units, with the period it speaks of. */
export interface BookingRow {
  readonly forPeriod: Period;
  readonly kind: 'difference' | 'reversal' | 'replacement';
  readonly minor: bigint;
}

/** What became of a version. A draft was replaced before it was issued. */
export type VersionBooking =
  | { readonly kind: 'draft' }
  | { readonly kind: 'original'; readonly bookedIn: Period }
  | {
      readonly kind: 'restatement';
      /** Its final − the final of the version before. */
      readonly delta: bigint;
      /** Undefined when the calendar has no later closing yet. */
      readonly bookedIn: Period | undefined;
      /** The same correction as one row, or as two that take back and put in its place; none where nothing changes. */
      readonly deltaStyle: readonly BookingRow[];
      readonly ledgerStyle: readonly BookingRow[];
    };

export interface BookedVersions<V extends RatedVersion> {
  /** In the order given. */
  readonly versions: readonly (V & VersionBooking)[];
  /** The final of the original; null when nothing was recorded in time. */
  readonly issuedStatement: bigint | null;
  /** The final of the last version: what all bookings sum to. */
  readonly balance: bigint;
}

/**
 * Books the versions of one period by the days they were recorded; of two of one day the one given first comes first. The last
 * one before the period is closed is issued and stays as issued. Each later one is a restatement, booked in the first period
 * that closes after its recording. Does no rating. Throws RangeError when the calendar does not close the period.
 */
export function bookVersions<V extends RatedVersion>(
  versions: readonly V[],
  { period, closings }: { period: Period; closings: readonly Closing[] },
): BookedVersions<V> {
  const closing = closings.find(({ from, until }) => from === period.from && until === period.until);
  if (!closing) throw new RangeError(`the calendar does not close ${period.from}..${period.until}`);
  const order = versions
    .map((version, place) => ({ version, place }))
    .sort((a, b) => compareText(a.version.recordedOn, b.version.recordedOn));
  const inTime = order.filter(({ version }) => version.recordedOn < closing.closedOn);
  const original = inTime.at(-1)?.version;

  const booked: (V & VersionBooking)[] = [];
  order.forEach(({ version, place }, turn) => {
    const before = turn >= inTime.length ? order[turn - 1]?.version : undefined;
    if (turn < inTime.length - 1) booked[place] = { ...version, kind: 'draft' };
    else if (turn < inTime.length) booked[place] = { ...version, kind: 'original', bookedIn: periodOnly(period) };
    else booked[place] = { ...version, ...restatementOf(version, { before, period, closings }) };
  });
  return { versions: booked, issuedStatement: original?.final ?? null, balance: order.at(-1)?.version.final ?? 0n };
}

function restatementOf(
  { recordedOn, final }: RatedVersion,
  { before, period, closings }: { before: RatedVersion | undefined; period: Period; closings: readonly Closing[] },
): VersionBooking {
  const delta = final - (before?.final ?? 0n);
  const [next] = closings
    .filter(({ closedOn }) => closedOn > recordedOn)
    .sort((a, b) => compareText(a.closedOn, b.closedOn) || compareText(a.from, b.from));
  const row = (kind: BookingRow['kind'], minor: bigint): BookingRow => ({ forPeriod: periodOnly(period), kind, minor });
  const reversal = before ? [row('reversal', -before.final)] : [];
  return {
    kind: 'restatement',
    delta,
    bookedIn: next && periodOnly(next),
    deltaStyle: delta === 0n ? [] : [row('difference', delta)],
    ledgerStyle: delta === 0n ? [] : [...reversal, row('replacement', final)],
  };
}

const periodOnly = ({ from, until }: Period): Period => ({ from, until });
const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
