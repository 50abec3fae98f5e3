import { canonicalText } from '../canonical';
import { exactText, moneyText } from '../money';
import { SECTIONS, termsHash, type Terms } from '../terms';
import { type ClauseLine, type ClauseRestatement, type RatedPeriod } from '../rating';
import { breakageStated } from './allocated-breakage';
import { type Settled } from './steps';

export interface StatementFigures {
  readonly terms: Terms;
  readonly rated: RatedPeriod;
  /** Corrections of earlier periods that this close books. */
  readonly restatements: readonly ClauseRestatement[];
  readonly settled: Settled;
}

/**
 * The canonical clause lines of a statement: one RFC 8785 object a line, each ended by LF. The statement's SHA-256 is over
 * exactly these bytes, and anyone with the terms, the usage and the context can make them again.
 */
export function canonicalClauseLines({ terms, rated, restatements, settled }: StatementFigures): string {
  const money = (minor: bigint): string => moneyText({ minor, currency: rated.currency });
  const lines = [
    {
      line: 'period',
      schema: 'accordo-clause-lines/1',
      terms: termsHash(terms),
      rules: terms.rules,
      period: rated.period,
      currency: rated.currency,
    },
    ...rated.clauses.map((clause: ClauseLine) => ({ line: 'clause', ...clause })),
    { line: 'total', exact: rated.totalExact, amount: moneyText(rated.total) },
    ...[...restatements]
      .sort((a, b) => (a.period < b.period ? -1 : 1))
      .map(({ period, booked, rerated, delta, clauses }) => ({
        line: 'restatement',
        period,
        booked,
        rerated,
        delta: moneyText(delta),
        clauses,
      })),
    ...settled.steps.map(({ minor, ...step }) => ({ line: 'step', ...step, amount: money(minor) })),
    ...(settled.breakage
      ? [{ line: 'breakage', clause: SECTIONS.breakage, ...breakageStated(settled.breakage, rated.currency) }]
      : []),
    {
      line: 'payable',
      royalties: money(settled.royalties),
      advance: {
        opening: money(settled.opening),
        recouped: money(settled.recouped),
        closing: money(settled.closing),
      },
      net: money(settled.net),
      broughtForward: money(settled.broughtForward),
      carriedForward: money(settled.carriedForward),
      payable: money(settled.payable),
    },
    ...poolLines(settled, money),
    ...paymentLines(settled, money),
  ];
  return lines.map((line) => `${canonicalText(line)}\n`).join('');
}

/** What moved between agreements of a pool that are closed one after the other: a line for each other one, also where nothing did. */
const poolLines = ({ pool = [] }: Settled, money: (minor: bigint) => string): object[] =>
  pool.map(({ account, opening, received, lent }) => ({
    ...{ line: 'pool', clause: SECTIONS.pooledAgreements, account },
    ...{ opening: money(opening), received: money(received), lent: money(lent) },
  }));

/** Tax, exchange and payees' shares, a line each, where there are any. */
function paymentLines({ payment }: Settled, money: (minor: bigint) => string): object[] {
  if (!payment) return [];
  const { vat, withheld, exchanged, shares } = payment;
  const lines: object[] = [];
  if (vat) {
    const { net, tax, gross, declaredByCustomer, ...rule } = vat;
    const amounts = {
      net: money(net),
      tax: money(tax),
      gross: money(gross),
      declaredByCustomer: money(declaredByCustomer),
    };
    lines.push({ line: 'vat', clause: SECTIONS.taxes, ...rule, ...amounts });
  }
  if (withheld) {
    const { gross, tax, net, ...rule } = withheld;
    lines.push({
      line: 'withholding',
      clause: SECTIONS.taxes,
      ...rule,
      gross: money(gross),
      tax: money(tax),
      net: money(net),
    });
  }
  if (exchanged) {
    const { from, to, exact, used } = exchanged;
    const amounts = { from: moneyText(from), currency: to.currency, exact: exactText(exact), to: moneyText(to) };
    lines.push({ line: 'exchange', clause: SECTIONS.exchange, ...used, ...amounts });
  }
  const paidIn = exchanged?.to.currency;
  const part = (minor: bigint) => (paidIn === undefined ? money(minor) : moneyText({ minor, currency: paidIn }));
  for (const { payee, exact, minor } of shares ?? []) {
    lines.push({ line: 'share', clause: SECTIONS.splits, payee, exact: exactText(exact), amount: part(minor) });
  }
  return lines;
}
