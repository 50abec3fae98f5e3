import type { Money } from '../../kernel';
import type { Movement, MovementSubject, Span } from '../payments';

/** What the books say moved for an invoice or a payout: money that came in is positive. */
export interface BookedMovement {
  readonly subject: MovementSubject;
  readonly amount: Money;
  /** When it moved, as far as we know: the books may have heard of it later. */
  readonly at: Date;
}

/**
 * | kind | means |
 * | --- | --- |
 * | not-booked | the provider moved money, and the books know nothing of it |
 * | not-moved | the books say so, and the provider did not |
 * | amount | both did, and not the same amount: too little, too much, twice, or partly taken back |
 * | currency | both did, in different currencies |
 */
export const differenceKinds = ['not-booked', 'not-moved', 'amount', 'currency'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

export interface MoneyDifference {
  readonly kind: DifferenceKind;
  /** Absent where the provider names nothing of ours. */
  readonly subject: MovementSubject | undefined;
  readonly booked: Money | undefined;
  /** By the provider, a sum for each currency. */
  readonly moved: readonly Money[];
  readonly movements: readonly Pick<Movement, 'id' | 'type'>[];
  /** The earliest of what differs. */
  readonly at: Date;
}

/** Movements that the books do not keep: the provider's fees, and what goes between our balance and our own bank. */
export interface Outside {
  readonly type: string;
  readonly count: number;
  readonly amount: Money;
}

export interface ComparedMoney {
  /** Invoices and payouts of which both say the same. */
  readonly agreeing: number;
  readonly differences: readonly MoneyDifference[];
  readonly outside: readonly Outside[];
}

/** What may be further apart at the provider and in the books is not the same movement: a transfer is made within a day of its first attempt. */
export const slackMilliseconds = 2 * 24 * 3_600_000;

/**
 * Holds what moved at the provider against what the books say, by what it was for. Both sides reach some days beyond the span, so that what lies at its edges finds
 * its counterpart; told is only what one of the sides has inside of it.
 */
export function compareMovements(
  { movements, booked }: { readonly movements: readonly Movement[]; readonly booked: readonly BookedMovement[] },
  span: Span,
): ComparedMoney {
  const inside = ({ at }: { readonly at: Date }): boolean => span.from <= at && at < span.until;
  const ours = new Map(booked.map((one) => [keyOf(one.subject), one]));
  const theirs = Map.groupBy(movements.filter(hasSubject), ({ subject }) => keyOf(subject));
  const differences: MoneyDifference[] = [];
  let agreeing = 0;
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const [own, moved = []] = [ours.get(key), theirs.get(key)];
    if (![...moved, ...(own === undefined ? [] : [own])].some(inside)) continue;
    const difference = differenceOf(own, moved);
    if (difference === undefined) agreeing += 1;
    else differences.push(difference);
  }
  const rest = movements.filter((movement) => !hasSubject(movement) && inside(movement));
  for (const movement of rest) if (!isOutside(movement)) differences.push(differenceOf(undefined, [movement])!);
  return {
    agreeing,
    differences: differences.sort((a, b) => a.at.getTime() - b.at.getTime()),
    outside: outsideOf(movements.filter(inside)),
  };
}

const keyOf = ({ kind, id }: MovementSubject): string => `${kind} ${id}`;

type ForSomething = Movement & { readonly subject: MovementSubject };
const hasSubject = (movement: Movement): movement is ForSomething => movement.subject !== undefined;

/** Money from or to our own bank is told by its direction: a payout that brings money in is a debit of ours, and nobody ordered it. */
const isOutside = ({ type, amountMinor }: Movement): boolean =>
  (type === 'payout' && amountMinor < 0n) || (type === 'topup' && amountMinor > 0n) || type === 'stripe_fee';

/** Undefined where both say the same. At least one of them says something. */
function differenceOf(own: BookedMovement | undefined, movements: readonly Movement[]): MoneyDifference | undefined {
  const moved = sumsOf(movements);
  const kind = kindOf(own?.amount, moved);
  if (kind === undefined) return undefined;
  const instants = [...movements.map(({ at }) => at.getTime()), ...(own === undefined ? [] : [own.at.getTime()])];
  return {
    kind,
    subject: own?.subject ?? movements[0]?.subject,
    booked: own?.amount,
    moved,
    movements: movements.map(({ id, type }) => ({ id, type })),
    at: new Date(Math.min(...instants)),
  };
}

function kindOf(booked: Money | undefined, moved: readonly Money[]): DifferenceKind | undefined {
  if (booked === undefined) return moved.length === 0 ? undefined : 'not-booked';
  if (moved.length === 0) return 'not-moved';
  if (moved.length > 1 || moved[0]!.currency !== booked.currency) return 'currency';
  return moved[0]!.minor === booked.minor ? undefined : 'amount';
}

function sumsOf(movements: readonly Movement[]): Money[] {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of movements) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return [...sums].map(([currency, minor]) => ({ currency, minor }));
}

/** With the fees that were taken of movements that are in the books. */
function outsideOf(movements: readonly Movement[]): Outside[] {
  const sums = new Map<string, { type: string; count: number; amount: Money }>();
  const add = (type: string, currency: string, minor: bigint): void => {
    const key = `${type} ${currency}`;
    const { count, amount } = sums.get(key) ?? { count: 0, amount: { minor: 0n, currency } };
    sums.set(key, { type, count: count + 1, amount: { minor: amount.minor + minor, currency } });
  };
  for (const movement of movements) {
    const { type, currency, amountMinor, feeMinor } = movement;
    if (!hasSubject(movement) && isOutside(movement)) add(type, currency, amountMinor);
    if (feeMinor !== 0n) add('fee', currency, -feeMinor);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
