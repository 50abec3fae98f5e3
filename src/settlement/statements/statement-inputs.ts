import { ApiProperty } from '@nestjs/swagger';
import { getLivingAsOf } from '../../agreements';
import {
  type CloseFacts,
  moneyText,
  type PeriodContext,
  periodNameOfMonth,
  periodOfMonth,
  type PoolAccount,
  ratePeriod,
  type Terms,
  termsHash,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type KeptReadings, type MonthOfRecord } from '../../usage';
import { closeFactsOf } from '../facts/facts.repository';
import { clauseLinesOf, factsStated } from './clause-lines';
import { monthOfRecord } from '../facts/month-of-record';
import { basisOf, bookingsOfStatement, type Statement } from './statements.repository';

export class InputsView {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'file for --terms' }) readonly terms!: object;
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'file for --usage',
  })
  readonly usage!: readonly object[];
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'file for --context' })
  readonly context!: object;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'file for --carried' })
  readonly carried!: object;
}

/** Everything that went into a statement, as the files of `accordo rate`: it prints the same bytes, and so has the same SHA-256. */
export async function statementInputs(tx: Tx, readings: KeptReadings, statement: Statement): Promise<InputsView> {
  const agreement = await getLivingAsOf(tx, statement.agreement_id, statement.issued_at);
  const month = statement.month.slice(0, 7);
  const terms = termsOfMonth(agreement.life, month);
  const bookings = await bookingsOfStatement(tx, agreement.id, statement.month);
  let own: MonthOfRecord = { reportIds: [], eventPosition: null, usage: [], context: { services: [] } };
  const restates: object[] = [];
  for (const { corrected_reports, corrected_events, ...booking } of bookings) {
    const of = booking.period.slice(0, 7);
    const usage = await monthOfRecord(tx, readings, agreement, of, basisOf(booking));
    if (of === month) {
      own = usage;
      continue;
    }
    const corrected = { reportIds: corrected_reports ?? [], eventPosition: corrected_events };
    const before = await monthOfRecord(tx, readings, agreement, of, corrected);
    const then = termsOfMonth(agreement.life, of);
    const booked = ratePeriod({
      ...{ terms: then, period: periodOfMonth(agreement.life, of) },
      ...{ usage: before.usage, context: before.context },
    });
    // Where each line is rounded, the amounts cannot be told from the exact values. An amendment may have come in between.
    const isByLine = [terms, then].some(({ rounding }) => rounding.apply === 'line');
    const clauses = booked.clauses.map(({ clause, exact, amount }) =>
      isByLine ? { clause, exact, amount } : { clause, exact },
    );
    restates.push({
      // Only where an amendment lies between the month and its correction.
      ...(termsHash(then) === termsHash(terms) ? {} : { terms: then }),
      ...contextFile(periodNameOfMonth(agreement.life, of), usage.context),
      usage: usage.usage.map(usageRow),
      booked: { total: moneyText(booked.total), clauses },
    });
  }
  return {
    terms,
    usage: own.usage.map(usageRow),
    context: {
      ...contextFile(periodNameOfMonth(agreement.life, month), own.context),
      restates,
      ...factsFile(
        { ...(await closeFactsOf(tx, agreement, month)), ...factsStated(clauseLinesOf(statement), terms.currency) },
        terms,
      ),
    },
    carried: statement.carried_in,
  };
}

/** What neither contract nor usage said, as "facts" of a context file. Absent where there was nothing: most closes need none. */
export function factsFile(
  { expenses, exercised, creditsRequested, pool, taxes, exchange }: CloseFacts,
  { currency }: Terms,
): { readonly facts?: object } {
  const money = (minor: bigint): string => moneyText({ minor, currency });
  const facts = {
    ...(expenses === undefined ? {} : { expenses: money(expenses) }),
    ...(exercised === undefined ? {} : { exercised }),
    ...(creditsRequested === undefined
      ? {}
      : {
          creditsRequested: Object.fromEntries(
            Object.entries(creditsRequested).map(([id, minor]) => [id, money(minor)]),
          ),
        }),
    ...(pool === undefined ? {} : { pool: pool.map((one) => poolFile(one, money)) }),
    ...(taxes === undefined ? {} : { taxes }),
    ...(exchange === undefined ? {} : { exchange }),
  };
  return Object.keys(facts).length === 0 ? {} : { facts };
}

/** The figures of a period of this name, as a context file. */
const poolFile = ({ account, opening, earned, received }: PoolAccount, money: (minor: bigint) => string): object => ({
  ...{ account, opening: money(opening), earned: money(earned) },
  ...(received === undefined ? {} : { received: money(received) }),
});

/** The figures of a month, as a context file. */
export const contextFile = (period: string, { services, figures }: PeriodContext): object => ({
  period,
  ...(figures === undefined ? {} : { figures }),
  services: services.map(({ allPlays, ...figures }) => ({
    ...figures,
    ...(allPlays === undefined ? {} : { allPlays: String(allPlays) }),
  })),
});

const usageRow = (sum: UsageSum): object => ({
  ...sum,
  quantity: String(sum.quantity),
  returns: String(sum.returns),
});
