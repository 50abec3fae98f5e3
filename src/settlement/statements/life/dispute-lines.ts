import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../../agreements';
import { dayAfter, dayInZone, readMoney, startOfDayInZone } from '../../../kernel';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { IntegersField, TextField } from '../../../platform/http/fields';
import { enqueueLater } from '../../../platform/jobs/jobs';
import { publish } from '../../../platform/outbox/outbox';
import { type Invoice, receivedOf, royaltiesInvoice } from '../../invoices/invoices.repository';
import { getStatement, type IssuedStatement } from '../statements.repository';
import { clockJob } from './dispute-clock';
import { leftOf, statedAt, takeOff } from './hold-lines';
import { type Holding, holdableOf, partBetween, type StatedAt } from './open-part';
import {
  disputesOfStatement,
  getStatementDispute,
  insertStatementDispute,
  isOver,
  sourceOf,
  type StatementDispute,
} from './statement-disputes.repository';
import { headerById } from './statement-states';

export class DisputeLinesBody {
  @IntegersField({ min: 1, max: 100_000_000, maxItems: 1000, description: 'numbers of lines of the statement' })
  readonly lines!: number[];

  @TextField({ max: 2_000, description: 'what is wrong' })
  readonly reason!: string;

  @TextField({ max: 10_000, optional: true, description: 'what shows it: figures, an address, the hash of a file' })
  readonly evidence?: string;

  @TextField({
    max: 30,
    optional: true,
    description: 'what the lines should come to together, as the statement writes amounts; absent: nothing',
  })
  readonly expected?: string;
}

/** Days in which the label answers where the terms name none for differences of usage. */
const answerDaysUsual = 30;

/**
 * The platform disputes lines of an issued statement. What of their amount is not paid yet waits: it is held in the books and taken off the invoice. Refuses
 * with not-found, statement-state (a statement that was accepted), request-invalid, and statement-dispute-state for lines that are disputed already.
 */
@Injectable()
export class DisputeLines {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string, body: DisputeLinesBody): Promise<StatementDispute> {
    const statement = await getStatement(tx, id);
    const agreement = await getLivingForUpdate(tx, statement.agreement_id);
    if ((await headerById(tx, id)).accepted_at !== null) {
      throw new DomainError('statement-state', 'the statement was accepted');
    }
    const earlier = await disputesOfStatement(tx, statement);
    refuseDisputed(earlier, body.lines);
    const amounts = await amountsOf(tx, statement, body);
    return tx.asSystem(() => this.open(tx, actor, { agreement, statement, earlier, body, amounts }));
  }

  private async open(
    tx: Tx,
    actor: Actor,
    { agreement, statement, earlier, body, amounts }: Opening,
  ): Promise<StatementDispute> {
    const at = this.clock.now();
    const month = statement.month.slice(0, 7);
    const invoice = await royaltiesInvoice(tx, agreement.id, month);
    const stated = await statedAt(tx, agreement, statement);
    const left = leftOf(statement, earlier);
    const cameIn = invoice === undefined ? 0n : await receivedOf(tx, invoice.id);
    const { held, less } = holdable(invoice, stated, { left, disputed: amounts.disputed, cameIn });
    const { usage } = stated.terms;
    const today = dayInZone(at, agreement.timeZone);
    const answerBy = dayAfter(today, usage.reconciliation?.answerDays ?? answerDaysUsual);
    const number = await insertStatementDispute(tx, agreement, {
      ...{ month: statement.month, lines: body.lines, reason: body.reason, evidence: body.evidence ?? null },
      ...{ expected_minor: amounts.expected, disputed_minor: amounts.disputed, held_minor: held, held_less: less },
      ...{ answer_by: answerBy, madeBy: actorName(actor), at },
    });
    if (held > 0n) {
      const part = partBetween(stated, { from: left, until: left - held });
      const off = { month, source: sourceOf({ number }), part, effectiveOn: today, at };
      await takeOff(tx, { agreement, invoice: invoice!, stated }, off);
    }
    const wake = startOfDayInZone(dayAfter(answerBy, 1), agreement.timeZone);
    const payload = { agreementId: agreement.id, number: String(number) };
    await enqueueLater(tx, clockJob, payload, { key: `${clockJob} ${agreement.id} ${number}`, at: wake, now: at });
    const details = { number, month, disputed: String(amounts.disputed), answerBy };
    const entry = { subjectId: agreement.id, at };
    await audit(tx, actor, { action: 'statement-dispute.opened', details, ...entry });
    const to = [agreement.labelId, agreement.platformId];
    await publish(tx, { to, topic: 'statement-dispute.opened', payload: details, ...entry });
    return getStatementDispute(tx, agreement.id, number);
  }
}

interface Opening {
  readonly agreement: LivingAgreement;
  readonly statement: IssuedStatement;
  /** What was disputed of it before. */
  readonly earlier: readonly StatementDispute[];
  readonly body: DisputeLinesBody;
  readonly amounts: Amounts;
}

interface Amounts {
  readonly expected: bigint | null;
  readonly disputed: bigint;
}

function refuseDisputed(earlier: readonly StatementDispute[], lines: readonly number[]): void {
  const open = earlier.filter((dispute) => !isOver(dispute));
  const disputed = new Set(open.flatMap((dispute) => dispute.lines));
  const faults = lines.flatMap((line, place) =>
    disputed.has(line)
      ? [{ pointer: `/lines/${place}`, code: 'statement-dispute-state', message: `line ${line} is disputed already` }]
      : [],
  );
  if (faults.length > 0) throw new DomainError('statement-dispute-state', undefined, faults);
}

async function amountsOf(
  tx: Tx,
  { agreement_id, month, draft, currency }: IssuedStatement,
  { lines, expected }: DisputeLinesBody,
): Promise<Amounts> {
  const found = await tx.rows<{ line: number; amount_minor: bigint }>(
    'SELECT line, amount_minor FROM statement_lines WHERE agreement_id = $1 AND month = $2 AND draft = $3 AND line = ANY($4::int[])',
    [agreement_id, month, draft, lines],
  );
  const known = new Set(found.map(({ line }) => line));
  const faults = lines.flatMap((line, place) =>
    known.has(line)
      ? []
      : [{ pointer: `/lines/${place}`, code: 'field-in', message: `the statement has no line ${line}` }],
  );
  const wanted = expectedMinor(expected, currency);
  if (wanted === undefined) {
    faults.push({
      pointer: '/expected',
      code: 'field-in',
      message: `must be an amount in ${currency}, not below nothing`,
    });
  }
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  const stated = found.reduce((sum, { amount_minor }) => sum + amount_minor, 0n);
  const disputed = stated - (wanted ?? 0n);
  if (disputed > 0n) return { expected: wanted ?? null, disputed };
  const message = 'the lines come to no more than that: nothing would wait';
  throw new DomainError('request-invalid', undefined, [{ pointer: '/expected', code: 'field-in', message }]);
}

/** Null where none is given; undefined where it is no amount of the currency, or less than nothing. */
function expectedMinor(text: string | undefined, currency: string): bigint | null | undefined {
  if (text === undefined) return null;
  const minor = readMoney(text, currency)?.minor;
  return minor === undefined || minor < 0n ? undefined : minor;
}

/** What is open of the month's invoice, up to what is disputed: as lines state it, before tax. */
function holdable(
  invoice: Invoice | undefined,
  stated: StatedAt,
  { left, disputed, cameIn }: Holding,
): { held: bigint; less: StatementDispute['held_less'] } {
  if (invoice === undefined) return { held: 0n, less: 'not-payable' };
  if (invoice.state === 'paid') return { held: 0n, less: 'paid' };
  const held = holdableOf(stated, { left, disputed, cameIn });
  if (held === disputed) return { held, less: null };
  return { held, less: cameIn > 0n ? 'paid' : 'not-payable' };
}
