import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../../agreements';
import { isCalendarDate, moneyText } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import { Database } from '../../../platform/database/database';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { csvFile, csvInBatches } from '../../../platform/http/csv';
import { ChoiceField, DayField, IdField } from '../../../platform/http/fields';
import { OpensOwnTransactions } from '../../../platform/http/transaction.interceptor';
import type { Account } from '../templates';
import { type Codes, findChart } from './chart';
import { journalHeader, journalRows } from './journal-csv';
import {
  type AccountMovement,
  journalAfter,
  type JournalPeriod,
  type JournalTransaction,
  movementsOf,
  type PeriodDay,
  periodDays,
} from './journal.repository';

export class JournalQuery {
  @DayField({ description: 'first day of the period' }) readonly from!: string;
  @DayField({ description: 'the day after its last' }) readonly until!: string;

  @ChoiceField(periodDays, {
    optional: true,
    description:
      'booked (usual): when it was posted, in UTC: a past period no longer changes once the work that began in it is committed, minutes later at most; effective: the day it counts for',
  })
  readonly by?: PeriodDay;

  @IdField({ optional: true, description: 'only the books of this agreement' }) readonly agreementId?: string;
}

export class AccountMovementView {
  @ApiProperty({ example: 'platform-receivable' }) readonly account!: string;
  @ApiProperty({ type: String, nullable: true, example: '1400', description: 'by your chart of accounts' })
  readonly code!: string | null;
  @ApiProperty({ example: '12000.00', description: 'a debit where positive, a credit where negative' })
  readonly opening!: string;
  @ApiProperty({ example: '500.00' }) readonly debit!: string;
  @ApiProperty({ example: '12000.00' }) readonly credit!: string;
  @ApiProperty({ example: '500.00' }) readonly closing!: string;
}

export class MovementSumsView {
  @ApiProperty({ example: '0.00', description: 'always zero' }) readonly opening!: string;
  @ApiProperty({ example: '12500.00', description: 'as much as credit' }) readonly debit!: string;
  @ApiProperty({ example: '12500.00' }) readonly credit!: string;
  @ApiProperty({ example: '0.00', description: 'always zero' }) readonly closing!: string;
}

export class PeriodBalanceView {
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ type: AccountMovementView, isArray: true }) readonly accounts!: readonly AccountMovementView[];
  @ApiProperty({ type: MovementSumsView }) readonly sums!: MovementSumsView;
}

const batch = 1_000;

@ApiTags('ledger')
@Controller('v1/journal')
export class JournalController {
  constructor(private readonly database: Database) {}

  @Get()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'], roles: ['finance', 'reader'] })
  @ApiOperation({
    summary: 'Download the journal of a period as CSV, for your own books',
    description: 'A row for each leg, in the order of booking, with the codes of your chart of accounts.',
  })
  @ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' } } } })
  async journal(@By() actor: Actor, @Query() query: JournalQuery): Promise<StreamableFile> {
    const { period, codes } = await this.database.withTenant(
      actor,
      async (tx) => ({
        period: await periodOf(tx, actor, query),
        codes: (await findChart(tx, actor.organizationId)).codes,
      }),
      'read',
    );
    return csvFile(`journal-${period.from}-${period.until}`, this.rows(actor, period, codes));
  }

  @Get('trial-balance')
  @Allow({ kinds: ['label', 'platform'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'Show a period’s opening and closing trial balance' })
  @ApiOkResponse({ type: PeriodBalanceView, isArray: true })
  async trialBalance(@By() actor: Actor, @InTx() tx: Tx, @Query() query: JournalQuery): Promise<PeriodBalanceView[]> {
    const period = await periodOf(tx, actor, query);
    const movements = await movementsOf(tx, period);
    const { codes } = await findChart(tx, actor.organizationId);
    const byCurrency = Map.groupBy(movements, ({ currency }) => currency);
    return [...byCurrency].map(([currency, own]) => balanceView(currency, own, codes));
  }

  /** Postings never change, so each batch may have a transaction of its own. */
  private rows(actor: Actor, period: JournalPeriod, codes: Codes): AsyncGenerator<string> {
    const read = (after: JournalTransaction | undefined): Promise<JournalTransaction[]> =>
      this.database.withTenant(actor, (tx) => journalAfter(tx, period, { after, limit: batch }), 'read');
    return csvInBatches({ header: journalHeader, lineOf: (each) => journalRows(each, codes), batch, read });
  }
}

/** Refuses with request-invalid, or not-found for an agreement that the organization has no part in. */
async function periodOf(
  tx: Tx,
  of: Actor,
  { from, until, by = 'booked', agreementId }: JournalQuery,
): Promise<JournalPeriod> {
  const faults = Object.entries({ from, until })
    .filter(([, day]) => !isCalendarDate(day))
    .map(([name]) => ({ pointer: `/${name}`, code: 'day-unknown', message: 'there is no such day' }));
  if (faults.length === 0 && from >= until)
    faults.push({ pointer: '/until', code: 'field-min', message: 'until must be after from' });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  if (agreementId !== undefined) await getAgreement(tx, agreementId);
  return { of, from, until, by, agreementId: agreementId ?? null };
}

function balanceView(currency: string, movements: readonly AccountMovement[], codes: Codes): PeriodBalanceView {
  const text = (minor: bigint): string => moneyText({ minor, currency });
  const view = ({ opening, debit, credit }: Omit<AccountMovement, 'account' | 'currency'>): MovementSumsView => ({
    opening: text(opening),
    debit: text(debit),
    credit: text(credit),
    closing: text(opening + debit - credit),
  });
  const sum = (of: 'opening' | 'debit' | 'credit'): bigint =>
    movements.reduce((total, movement) => total + movement[of], 0n);
  return {
    currency,
    accounts: movements.map((movement) => ({
      account: movement.account,
      code: codes[movement.account as Account] ?? null,
      ...view(movement),
    })),
    sums: view({ opening: sum('opening'), debit: sum('debit'), credit: sum('credit') }),
  };
}
