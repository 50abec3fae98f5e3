import { ApiProperty } from '@nestjs/swagger';
import { getLivingAsOf } from '../../agreements';
import {
  type CloseFacts,
  moneyText,
  type PeriodContext,
  reservesSales,
  type Terms,
  termsHash,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type KeptReadings, type MonthOfRecord } from '../../usage';
import { countsThroughLife, CountedMonths, heldSalesOf } from '../facts/counted-months';
import { closeFactsOf } from '../facts/facts.repository';
import { clauseLinesOf, ratesStated } from './clause-lines';
import { monthOfRecord } from '../facts/month-of-record';
import { rateMonth } from './rate-close';
import { type Statement, statedMonths } from './statements.repository';

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
  const months = await statedMonths(tx, statement);
  const files = { terms, record: (of: string) => monthOfRecord(tx, readings, agreement, of, months.after.get(of)!) };
  const own = await files.record(month);
  const earlier: object[] = [];
  const countsOn = countsThroughLife(agreement.life);
  for (const of of countsOn ? months.before.keys() : []) {
    earlier.push(periodFile(of, termsOfMonth(agreement.life, of), { ...files, record: await files.record(of) }));
  }
  const restates: object[] = [];
  const counted = new CountedMonths(tx, readings, agreement);
  for (const of of months.restated) {
    const then = termsOfMonth(agreement.life, of);
    const booked = rateMonth(then, of, await counted.rated(of, months.before.get(of)!, months.before));
    // Where each line is rounded, the amounts cannot be told from the exact values.
    const clauses = booked.clauses.map(({ clause, exact, amount }) =>
      terms.rounding.apply === 'line' ? { clause, exact, amount } : { clause, exact },
    );
    const period = periodFile(of, then, { terms, record: await files.record(of) });
    const { heldSales = {} } = await heldSalesOf(tx, agreement, of);
    const held = reservesSales(terms) ? { heldSales } : {};
    restates.push({ ...period, ...held, booked: { total: moneyText(booked.total), clauses } });
  }
  const facts = { ...(await closeFactsOf(tx, agreement, month)), ...ratesStated(clauseLinesOf(statement)) };
  return {
    terms,
    usage: own.usage.map(usageRow),
    context: {
      ...contextFile(month, own.context),
      ...(countsOn ? { earlier } : {}),
      restates,
      ...factsFile(facts, terms),
    },
    carried: statement.carried_in,
  };
}

/** A month beside the statement's own; its terms only where an amendment lies between both. */
function periodFile(
  of: string,
  then: Terms,
  { terms, record: { usage, context } }: { readonly terms: Terms; readonly record: MonthOfRecord },
): object {
  return {
    ...(termsHash(then) === termsHash(terms) ? {} : { terms: then }),
    ...contextFile(of, context),
    usage: usage.map(usageRow),
  };
}

/** What neither contract nor usage said, as "facts" of a context file. Absent where there was nothing: most closes need none. */
export function factsFile(
  { expenses, exercised, creditsRequested, taxes, exchange }: CloseFacts,
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
    ...(taxes === undefined ? {} : { taxes }),
    ...(exchange === undefined ? {} : { exchange }),
  };
  return Object.keys(facts).length === 0 ? {} : { facts };
}

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
