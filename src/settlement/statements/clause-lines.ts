import { type ClauseLine, type CloseFacts, moneyFromText, type PoolAccount, type Taxes } from '../../kernel';
import type { Statement } from './statements.repository';

/** How a month's advance moved. Amounts as text. */
export interface AdvanceMoved {
  readonly opening: string;
  readonly recouped: string;
  readonly closing: string;
}

/** What a correction of an earlier month booked. Amounts as text. */
export interface StatedRestatement {
  readonly period: string;
  readonly booked: string;
  readonly rerated: string;
  readonly delta: string;
  readonly clauses: readonly { readonly clause: string; readonly exact: string; readonly amount: string }[];
}

/** A clause at work between what was earned and what is payable. */
export interface StatedStep {
  readonly clause: string;
  readonly step: string;
  readonly id?: string;
  readonly formula: string;
  readonly amount: string;
}

/** Value-added tax on what is payable. Amounts as text, in the statement's currency. */
export interface StatedVat {
  readonly line: 'vat';
  readonly treatment: Taxes['vat'];
  readonly rate: string;
  readonly source: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly declaredByCustomer: string;
}

export interface StatedWithholding {
  readonly line: 'withholding';
  readonly treatment: Taxes['withholding'];
  readonly rate: string;
  readonly source: string;
  readonly gross: string;
  readonly tax: string;
  readonly net: string;
}

/** `from` in the statement's currency, `to` in that of payment. */
export interface StatedExchange {
  readonly line: 'exchange';
  readonly rate: string;
  readonly source: string;
  readonly on: string;
  readonly from: string;
  readonly exact: string;
  readonly to: string;
  readonly currency: string;
}

export interface StatedShare {
  readonly line: 'share';
  readonly payee: string;
  readonly exact: string;
  readonly amount: string;
}

/** Tax, exchange or a payee's share: members as the kernel writes them. */
export type StatedPayment = StatedVat | StatedWithholding | StatedExchange | StatedShare;

/** The tax and the exchange of a statement; a member is undefined where there was none. */
export function paymentsOf({ payments }: Pick<ClauseLines, 'payments'>): {
  readonly vat: StatedVat | undefined;
  readonly withholding: StatedWithholding | undefined;
  readonly exchange: StatedExchange | undefined;
} {
  return {
    vat: payments.find((one) => one.line === 'vat'),
    withholding: payments.find((one) => one.line === 'withholding'),
    exchange: payments.find((one) => one.line === 'exchange'),
  };
}

/** The rates that a statement was worked out with and how its pool stood then, as a close takes them. */
export function factsStated(
  lines: Pick<ClauseLines, 'payments' | 'pool'>,
  currency: string,
): Pick<CloseFacts, 'taxes' | 'exchange' | 'pool'> {
  const { vat, withholding, exchange } = paymentsOf(lines);
  const rated = ({ rate, source }: StatedVat | StatedWithholding) => ({ rate, source });
  const taxes = {
    ...(withholding ? { withholding: rated(withholding) } : {}),
    ...(vat ? { vat: rated(vat) } : {}),
  };
  return {
    ...(vat || withholding ? { taxes } : {}),
    ...(exchange ? { exchange: { rate: exchange.rate, source: exchange.source, on: exchange.on } } : {}),
    ...(lines.pool.length === 0 ? {} : { pool: lines.pool.map((one) => poolAccount(one, currency)) }),
  };
}

/** What lapsed unearned, and to how many recordings it was allocated. Amounts as text. */
export interface StatedBreakage {
  readonly clause: string;
  readonly allocateBy: 'units' | 'royalties';
  readonly amount: string;
  readonly recordings: string;
  readonly unallocated: string;
  /** Over the canonical lines of the allocation. */
  readonly sha256: string;
}

const poolAccount = ({ account, opening, received }: StatedPool, currency: string): PoolAccount => ({
  ...{ account, earned: 0n },
  opening: moneyFromText(opening, currency).minor,
  received: moneyFromText(received, currency).minor,
});

/** What moved between the agreement and another one of its pool. Amounts as text. */
export interface StatedPool {
  readonly account: string;
  readonly opening: string;
  readonly received: string;
  readonly lent: string;
}

/** The clause lines of a statement, sorted by what they are. */
export interface ClauseLines {
  readonly termsHash: string;
  readonly clauses: readonly ClauseLine[];
  /** The month's own royalties, rounded. */
  readonly earned: string;
  readonly restatements: readonly StatedRestatement[];
  readonly steps: readonly StatedStep[];
  readonly payments: readonly StatedPayment[];
  /** Null where nothing lapsed, or the terms allocate nothing. */
  readonly breakage: StatedBreakage | null;
  readonly pool: readonly StatedPool[];
  readonly payable: {
    readonly royalties: string;
    readonly advance: AdvanceMoved;
    readonly net: string;
    readonly broughtForward: string;
    readonly carriedForward: string;
    readonly payable: string;
  };
}

/** Each line as the object that it is. */
export const parsedLines = (text: string): { readonly line: string }[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: string });

/** Reads the very text that is hashed: what is shown of a statement cannot differ from it. */
export function clauseLinesOf({ id, clause_lines }: Pick<Statement, 'id' | 'clause_lines'>): ClauseLines {
  const lines = parsedLines(clause_lines);
  const ofKind = <Line>(kind: string): Line[] =>
    lines.filter(({ line }) => line === kind).map(({ line: _, ...rest }) => rest as Line);
  const [period] = ofKind<{ terms: string }>('period');
  const [total] = ofKind<{ amount: string }>('total');
  const [breakage = null] = ofKind<StatedBreakage>('breakage');
  const [payable] = ofKind<ClauseLines['payable']>('payable');
  if (!period || !total || !payable) throw new Error(`statement ${id} lacks a clause line`);
  return {
    termsHash: period.terms,
    clauses: ofKind<ClauseLine>('clause'),
    earned: total.amount,
    restatements: ofKind<StatedRestatement>('restatement'),
    steps: ofKind<StatedStep>('step'),
    payments: lines.filter(({ line }) => paymentLines.includes(line)) as unknown as StatedPayment[],
    breakage,
    pool: ofKind<StatedPool>('pool'),
    payable,
  };
}

const paymentLines = ['vat', 'withholding', 'exchange', 'share'];
