import { ApiProperty } from '@nestjs/swagger';
import { getLivingAsOf, type LivingAgreement } from '../../agreements';
import {
  type CloseFacts,
  moneyText,
  type PeriodContext,
  periodNameOfMonth,
  type PoolAccount,
  reservesSales,
  type Terms,
  termsHash,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type KeptReadings, type MonthOfRecord } from '../../usage';
import { countsThroughLife, CountedMonths } from '../facts/counted-months';
import { closeFactsOf } from '../facts/facts.repository';
import { clauseLinesOf, factsStated } from './clause-lines';
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
  const record = (of: string) => monthOfRecord(tx, readings, agreement, of, months.after.get(of)!);
  const fileOf = async (of: string) => periodFile(agreement, of, { terms, record: await record(of) });
  const own = await record(month);
  const earlier: object[] = [];
  const countsOn = countsThroughLife(agreement.life);
  for (const of of countsOn ? months.before.keys() : []) earlier.push(await fileOf(of));
  const restates: object[] = [];
  const counted = new CountedMonths(tx, readings, agreement);
  for (const of of months.restated) {
    const then = termsOfMonth(agreement.life, of);
    const usage = await counted.rated(of, months.before.get(of)!, months.before);
    const booked = rateMonth(then, of, usage);
    // Where each line is rounded, the amounts cannot be told from the exact values. An amendment may have come in between.
    const isByLine = [terms, then].some(({ rounding }) => rounding.apply === 'line');
    const clauses = booked.clauses.map(({ clause, exact, amount }) =>
      isByLine ? { clause, exact, amount } : { clause, exact },
    );
    const { heldSales = {} } = usage;
    const held = reservesSales(terms) ? { heldSales } : {};
    restates.push({ ...(await fileOf(of)), ...held, booked: { total: moneyText(booked.total), clauses } });
  }
  const stated = factsStated(clauseLinesOf(statement), terms.currency);
  const facts = { ...(await closeFactsOf(tx, agreement, month)), ...stated };
  return {
    terms,
    usage: own.usage.map(usageRow),
    context: {
      ...contextFile(periodNameOfMonth(agreement.life, month), own.context),
      ...(countsOn ? { earlier } : {}),
      restates,
      ...factsFile(facts, terms),
    },
    carried: statement.carried_in,
  };
}

/** A period beside the statement's own; its terms only where an amendment lies between both. */
function periodFile(
  { life }: LivingAgreement,
  of: string,
  { terms, record: { usage, context } }: { readonly terms: Terms; readonly record: MonthOfRecord },
): object {
  const then = termsOfMonth(life, of);
  return {
    ...(termsHash(then) === termsHash(terms) ? {} : { terms: then }),
    ...contextFile(periodNameOfMonth(life, of), context),
    usage: usage.map(usageRow),
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

/** What a close is told of another agreement of its pool. */
const poolFile = ({ account, opening, earned, received }: PoolAccount, money: (minor: bigint) => string): object => ({
  ...{ account, opening: money(opening), earned: money(earned) },
  ...(received === undefined ? {} : { received: money(received) }),
});

/** The figures of a period of this name, as a context file. */
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
