import { getLivingAsOf } from '../../../agreements';
import type { ChartedMonth, PaymentShown, Side, SummaryLine, SummaryName } from '../../../documents';
import { exchange, type Money, moneyFromText, moneyText, type Terms, termsOfMonth } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import type { Tx } from '../../../platform/database/tx';
import { type ClauseLines, clauseLinesOf, paymentsOf, type StatedExchange, type StatedVat } from '../clause-lines';
import { getIssued } from '../drafts/drafted';
import { type IssuedStatement, periodNameOf, type Statement } from '../statements.repository';

/** What every format of a statement shows. All of it is as it was when the month was closed, so a file can be made again. */
export interface StatementFacts {
  readonly statement: IssuedStatement;
  readonly clauseLines: ClauseLines;
  /** The terms in force in the month. */
  readonly terms: Terms;
  readonly side: Side;
  readonly lineCount: number;
}

/** As many periods as a chart can show. */
const monthsMax = 24;

/** Refuses with not-found, and with statement-state for a draft: no file goes out before it is issued. */
export async function statementFacts(
  tx: Tx,
  actor: Pick<Actor, 'organizationId'>,
  id: string,
): Promise<StatementFacts> {
  const statement = await getIssued(tx, id);
  const { agreement_id, month, draft, label_id } = statement;
  const { life } = await getLivingAsOf(tx, agreement_id, statement.issued_at);
  const { lines } = await tx.one<{ lines: number }>(
    'SELECT coalesce(max(line), 0) AS lines FROM statement_lines WHERE agreement_id = $1 AND month = $2 AND draft = $3',
    [agreement_id, month, draft],
  );
  return {
    statement,
    clauseLines: clauseLinesOf(statement),
    terms: termsOfMonth(life, month.slice(0, 7)),
    side: actor.organizationId === label_id ? 'label' : 'platform',
    lineCount: lines,
  };
}

/** The statement's period and those before it, oldest first. */
export async function chartedMonths(tx: Tx, { agreement_id, month }: Statement): Promise<ChartedMonth[]> {
  const months = await tx.rows<Statement>(
    'SELECT id, month, reporting_period, clause_lines FROM statements WHERE agreement_id = $1 AND month <= $2 ORDER BY month DESC LIMIT $3',
    [agreement_id, month, monthsMax],
  );
  return months.reverse().map((one) => {
    const { royalties, payable, advance } = clauseLinesOf(one).payable;
    return { month: periodNameOf(one), royalties, payable, advance };
  });
}

type Stated = Pick<StatementFacts, 'statement' | 'clauseLines'>;

/** What a statement asks to be paid, from what is payable. In minor units of its currency, but for `invoiced`. */
function askedFor({ statement, clauseLines }: Stated) {
  const { currency, total_minor: payable, held_minor: held } = statement;
  const minorOf = (text: string): bigint => moneyFromText(text, currency).minor;
  const { vat, withholding, exchange: exchanged } = paymentsOf(clauseLines);
  const added = vat?.treatment === 'added' ? minorOf(vat.tax) : 0n;
  const deducted = withholding?.treatment === 'deducted' ? minorOf(withholding.tax) : 0n;
  const due: Money = { minor: payable + added - deducted - held, currency };
  if (exchanged === undefined) return { added, deducted, held, due, invoiced: due };
  // The VAT is exchanged by itself: what the label gets is what the lines say, whatever tax stands beside it.
  const own = { minor: due.minor - (vat ? minorOf(vat.tax) : 0n), currency };
  const { minor, currency: into } = exchange(own, { into: exchanged.currency, rate: exchanged }).to;
  const tax = exchangedVat({ vat, exchange: exchanged }, currency);
  return { added, deducted, held, due, invoiced: { minor: minor + tax.minor, currency: into } };
}

/** The VAT that is paid to the label, in the currency of payment. */
function exchangedVat(
  { vat, exchange: rate }: { readonly vat: StatedVat | undefined; readonly exchange: StatedExchange },
  currency: string,
): Money {
  return exchange(moneyFromText(vat?.tax ?? '0', currency), { into: rate.currency, rate }).to;
}

/** What is invoiced with a statement, in the currency of payment. */
export const invoicedOf = (stated: Stated): Money => askedFor(stated).invoiced;

/**
 * From the month's royalties to what is invoiced, step by step: each total is the total before it and what stands between them. What
 * changes nothing is left out.
 */
export function summaryOf(stated: Stated): SummaryLine[] {
  const { statement, clauseLines } = stated;
  const { currency, royalties_minor: royalties, recouped_minor: recouped } = statement;
  const minorOf = (text: string): bigint => moneyFromText(text, currency).minor;
  const earned = minorOf(clauseLines.earned);
  const [net, payable] = [minorOf(clauseLines.payable.net), statement.total_minor];
  const [brought, carried] = [minorOf(clauseLines.payable.broughtForward), minorOf(clauseLines.payable.carriedForward)];
  const { added, deducted, held, due, invoiced } = askedFor(stated);
  const isExchanged = invoiced.currency !== currency;
  const rows: SummaryRow[] = [
    ['earned', earned, 'part'],
    ['corrections', royalties - earned, 'part'],
    ['royalties', royalties, 'total'],
    ['recouped', -recouped, 'part'],
    ['otherClauses', net - royalties + recouped, 'part'],
    ['net', net, 'total'],
    ['broughtForward', brought, 'part'],
    ['carriedForward', -carried, 'part'],
    ['waiting', payable - net - brought + carried, 'part'],
    ['payable', payable, 'total'],
    ['vatAdded', added, 'part'],
    ['taxDeducted', -deducted, 'part'],
    ['held', -held, 'part'],
    [isExchanged ? 'beforeExchange' : 'invoiced', due.minor, 'total'],
  ];
  const lines = shown(rows).map(([name, minor, kind]): SummaryLine => {
    return { name, amount: moneyText({ minor, currency }), currency, total: kind === 'total' };
  });
  if (!isExchanged) return lines;
  return [...lines, { name: 'invoiced', amount: moneyText(invoiced), currency: invoiced.currency, total: true }];
}

type SummaryRow = readonly [name: SummaryName, minor: bigint, kind: 'part' | 'total'];

/** Parts that change something, and totals of such; what was earned and what is payable always. */
function shown(rows: readonly SummaryRow[]): SummaryRow[] {
  let parts = 0;
  return rows.filter(([name, minor, kind]) => {
    if (kind === 'part') {
      const counts = name === 'earned' || minor !== 0n;
      // A single part is its own total.
      if (counts && name !== 'earned') parts += 1;
      return counts;
    }
    const has = parts > 0 || name === 'payable';
    parts = 0;
    return has;
  });
}

/** The lines of tax, exchange and shares, each as what it was taken of and what it came to. Under reverse charge that is what the platform declares. */
export function paymentsShown({ statement: { currency }, clauseLines }: Stated): PaymentShown[] {
  const { exchange: exchanged, vat } = paymentsOf(clauseLines);
  const paidIn = exchanged?.currency ?? currency;
  const amounts = (of: string, to: string, into = currency) => ({
    of: { amount: of, currency },
    to: { amount: to, currency: into },
  });
  return clauseLines.payments.flatMap((payment): PaymentShown[] => {
    switch (payment.line) {
      case 'vat': {
        const { line: kind, treatment, source, rate, net, tax, declaredByCustomer } = payment;
        const to = treatment === 'reverse-charge' ? declaredByCustomer : tax;
        return [{ kind, treatment, source, rate, ...amounts(net, to) }];
      }
      case 'withholding': {
        const { line: kind, treatment, source, rate, gross, tax } = payment;
        return [{ kind, treatment, source, rate, ...amounts(gross, tax) }];
      }
      case 'exchange': {
        const { line: kind, source, on, rate, from, to, currency: into } = payment;
        const own = { kind, source, on, rate, ...amounts(from, to, into) };
        const tax = exchangedVat({ vat, exchange: payment }, currency);
        if (tax.minor === 0n || vat === undefined) return [own];
        return [own, { kind: 'exchanged-vat', source, on, rate, ...amounts(vat.tax, moneyText(tax), into) }];
      }
      case 'share':
        return [{ kind: payment.line, source: payment.payee, to: { amount: payment.amount, currency: paidIn } }];
    }
  });
}
