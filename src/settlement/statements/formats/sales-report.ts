import { recordCompanyReportWriter, type ReportOpening, type UsageCells } from '../../../ddex';
import {
  currencyExponent,
  dayAfter,
  digitsText,
  divide,
  moneyText,
  multiply,
  rational,
  reportingPeriodAround,
  round,
  territoryCode,
  useAndModelOf,
  WORLDWIDE,
} from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { getOrganization } from '../../../parties';
import type { StoredLine } from '../lines.repository';
import type { Statement } from '../statements.repository';
import { lineBatches } from './line-batches';
import type { Reading } from './lines-csv';
import type { StatementFacts } from './statement-facts';

type ContextCells = ReportOpening['contexts'][number];

/** The units of the lines of a period, service, territory, use and model together; null where a clause owes something to no recording. */
interface Context {
  readonly first: number;
  readonly period: string;
  readonly clause: string | null;
  readonly service_id: string | null;
  readonly territory: number | null;
  readonly use_model: number | null;
  readonly sold: string;
  readonly given_back: string;
  readonly minor: string;
}

/**
 * A statement in the shape of a sales report of the record-company profile (SY10, SR08): from the platform to the label. What a clause
 * owes to no recording is a fee of a context of its own, so that the contexts add up to the royalties. The report knows no units below
 * zero: a correction that takes more units away than it adds carries its amount alone. Refuses with party-id-missing.
 */
export async function salesReportOf(read: Reading, facts: StatementFacts): Promise<AsyncGenerator<string>> {
  const { statement, lineCount } = facts;
  const { head, contexts } = await read(async (tx) => {
    const all = await contextsOf(tx, statement);
    return { head: await headOf(tx, facts, all), contexts: all };
  });
  const ids = new Map(contexts.map((context, index) => [keyOf(context), `S${index + 1}`]));
  const writer = recordCompanyReportWriter({
    head,
    contexts: contexts.map((context) => contextCells(facts, context, ids.get(keyOf(context))!)),
  });
  return writer.chunks(usageCells());

  async function* usageCells(): AsyncGenerator<UsageCells> {
    for await (const lines of lineBatches(read, statement, { after: 0, last: lineCount }))
      for (const line of lines)
        if (line.isrc !== null) yield lineCells(line, statement.currency, ids.get(keyOf(line))!);
  }
}

async function headOf(
  tx: Tx,
  { statement, terms }: StatementFacts,
  contexts: readonly Context[],
): Promise<ReportOpening['head']> {
  const sender = await getOrganization(tx, statement.platform_id);
  const recipient = await getOrganization(tx, statement.label_id);
  if (sender.party_id === null) throw new DomainError('party-id-missing');
  // Months that are corrected lie in the report as well.
  const first = contexts.map(({ period }) => period).sort()[0] ?? statement.month;
  return {
    MessageId: `statement-${statement.id}`,
    MessageCreatedDateTime: statement.issued_at.toISOString(),
    UsageStartDate: daysOf(statement, first).from,
    UsageEndDate: daysOf(statement, statement.month).lastDay,
    SenderPartyId: sender.party_id,
    SenderName: terms.parties.platform.name,
    // The profile has both or neither.
    ...(recipient.party_id === null
      ? {}
      : { RecipientPartyId: recipient.party_id, RecipientName: terms.parties.label.name }),
  };
}

const contextsOf = (tx: Tx, { agreement_id, month, draft }: Statement): Promise<Context[]> =>
  tx.rows<Context>(
    `SELECT min(line) AS first, period, CASE WHEN isrc IS NULL THEN clause END AS clause, service_id, territory, use_model,
            sum(CASE WHEN quantity >= returns THEN greatest(quantity, 0) - least(returns, 0) ELSE 0 END)::text AS sold,
            sum(CASE WHEN quantity >= returns THEN greatest(returns, 0) - least(quantity, 0) ELSE 0 END)::text AS given_back,
            sum(amount_minor)::text AS minor
       FROM statement_lines WHERE agreement_id = $1 AND month = $2 AND draft = $3
      GROUP BY period, CASE WHEN isrc IS NULL THEN clause END, service_id, territory, use_model ORDER BY first`,
    [agreement_id, month, draft],
  );

type ContextKey = Pick<Context, 'period' | 'service_id' | 'territory' | 'use_model'> & {
  readonly clause?: string | null;
};

const keyOf = ({ period, clause, service_id, territory, use_model }: ContextKey): string =>
  service_id === null ? `${period} ${clause}` : `${period} ${service_id} ${territory} ${use_model}`;

/** The first and the last day of a reporting period, given its first day. */
function daysOf(
  { reporting_period }: Pick<Statement, 'reporting_period'>,
  first: string,
): { readonly from: string; readonly lastDay: string } {
  const { from, until } = reportingPeriodAround(reporting_period, first.slice(0, 7));
  return { from, lastDay: dayAfter(until, -1) };
}

/** A cell that the report has in two currencies: an agreement has one. */
const both = <Name extends string>(name: Name, value: string) =>
  ({ [`${name}InCurrencyOfTransaction`]: value, [`${name}InCurrencyOfAccounting`]: value }) as {
    readonly [Cell in `${Name}InCurrencyOf${'Transaction' | 'Accounting'}`]: string;
  };

function contextCells({ statement, terms }: StatementFacts, context: Context, id: string): ContextCells {
  const { currency } = statement;
  const amount = moneyText({ minor: BigInt(context.minor), currency });
  const { from, lastDay } = daysOf(statement, context.period);
  const [grant] = terms.grants;
  const used =
    context.use_model === null ? { use: grant!.uses[0]!, model: grant!.models[0]! } : useAndModelOf(context.use_model);
  const service = terms.services.find((one) => one.id === context.service_id)?.name;
  return {
    SummaryRecordId: id,
    CommercialModel: used.model,
    UseType: used.use,
    ReportingPeriodStartDate: from,
    ReportingPeriodEndDate: lastDay,
    Territory: context.territory === null ? WORLDWIDE : territoryCode(context.territory),
    ...(service === undefined ? {} : { ServiceDescription: service }),
    Usages: context.sold,
    AllocatedUsages: context.sold,
    Returns: context.given_back,
    MusicUsageRatio: '1',
    CurrencyOfTransaction: currency,
    CurrencyOfAccounting: currency,
    ExchangeRate: '1',
    DeductionsInCurrencyOfTransaction: ['0'],
    DeductionsInCurrencyOfAccounting: ['0'],
    ...both('NetRevenue', amount),
    ...both('AllocatedRevenue', amount),
    ...both('AllocatedNetRevenue', amount),
    SubscriptionFeeInCurrencyOfAccounting: '0',
    ...(context.clause === null
      ? {}
      : {
          UsageIndependentFeeType: [context.clause],
          UsageIndependentFeeInCurrencyOfTransaction: [amount],
          UsageIndependentFeeInCurrencyOfAccounting: [amount],
        }),
    ...both('FinalTotalAmount', amount),
  };
}

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function lineCells(line: StoredLine, currency: string, context: string): UsageCells {
  const { quantity, returns } = line;
  const net = greater(quantity - returns, 0n);
  const sold = quantity >= returns ? greater(quantity, 0n) + greater(-returns, 0n) : 0n;
  const amount = moneyText({ minor: line.amount_minor, currency });
  const isrc = line.isrc!;
  return {
    SalesTransactionId: String(line.line),
    // The statement knows recordings, by their ISRC alone.
    DspReleaseId: isrc,
    ResourceISRC: isrc,
    DspResourceId: isrc,
    SummaryRecordId: context,
    SalesTransactionDate: line.period,
    TotalUsages: String(sold),
    Returns: String(sold - net),
    NetUsage: String(net),
    PriceType: 'Standard',
    RightSharePercentage: line.controlled_share === null ? '100' : percentageOf(line.controlled_share),
    ...both('CalculatedUnitPrice', net === 0n ? '0' : unitPrice(line.exact, net, currency)),
    ...both('AllocatedRevenue', amount),
    ...both('AllocatedNetRevenue', amount),
    CopyrightObligationWithDSP: 'true',
  };
}

/** Shares are told in millionths at most. */
const percentageOf = (share: string): string =>
  digitsText(round(multiply(rational(share), rational(100n)), { decimals: 4, mode: 'half-up' }), 4);

/** What a unit came to, to eight places more than its currency has. */
function unitPrice(exact: string, net: bigint, currency: string): string {
  const decimals = currencyExponent(currency) + 8;
  return digitsText(round(divide(rational(exact), rational(net)), { decimals, mode: 'half-up' }), decimals);
}
