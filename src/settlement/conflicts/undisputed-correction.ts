import { type ClauseRestatement, moneyFromText, moneyText } from '../../kernel';
import type { CorrectedMonth } from '../statements/rate-close';
import type { Loss } from './losses';

/** A correction as far as nobody disputes it, and what it comes to beyond that. */
export interface UndisputedCorrection {
  readonly corrected: CorrectedMonth;
  readonly excess: bigint;
  readonly losses: readonly Loss[];
}

/**
 * What a correction adds is due as far as the period is worth it by the shares that nobody else states; what is held of the period already has not been paid, so it leaves room for that much.
 * What it takes off is never in dispute.
 */
export function undisputedCorrection(corrected: CorrectedMonth, held: bigint): UndisputedCorrection {
  const { before, rerated, restatement, undisputed } = corrected;
  const { minor: delta } = restatement.delta;
  if (undisputed === undefined || delta <= 0n) return { corrected, excess: 0n, losses: [] };
  const paid = before.minor - held;
  const due = undisputed.total > paid ? undisputed.total - paid : 0n;
  if (due >= delta) return { corrected, excess: 0n, losses: [] };
  const reached = { of: paid + due - undisputed.total, whole: rerated.minor - undisputed.total };
  return {
    corrected: { ...corrected, restatement: reducedTo(restatement, due) },
    excess: delta - due,
    losses: undisputed.losses.map((loss) => ({ ...loss, undisputed: shareReached(loss, reached) })),
  };
}

/** Where more than the undisputed share was paid before, the share that this comes to: only what is above it is held. */
function shareReached(
  { share, undisputed }: Pick<Loss, 'share' | 'undisputed'>,
  { of, whole }: { readonly of: bigint; readonly whole: bigint },
): number {
  if (whole <= 0n || of <= 0n) return undisputed;
  let reached = undisputed;
  // As many millionths as it takes to have reached that amount: rounded up, and below the share.
  const more = (BigInt(share - undisputed) * of + whole - 1n) / whole;
  reached += parseInt(more.toString(), 10);
  return Math.min(reached, share - 1);
}

/** Takes what is beyond off the clauses that gain something, in their order. */
function reducedTo(restatement: ClauseRestatement, due: bigint): ClauseRestatement {
  const { currency, minor: delta } = restatement.delta;
  let excess = delta - due;
  const clauses = restatement.clauses.map((clause) => {
    const { minor } = moneyFromText(clause.amount, currency);
    const off = minor <= 0n ? 0n : minor < excess ? minor : excess;
    excess -= off;
    return { ...clause, amount: moneyText({ minor: minor - off, currency }) };
  });
  return { ...restatement, delta: { currency, minor: due }, clauses };
}
