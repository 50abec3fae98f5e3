import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalClauseLines,
  type CloseFacts,
  type PeriodContext,
  readTerms,
  simulate,
  type SimulatedPeriod,
  type Terms,
  type UsageSum,
} from '../../src/kernel';
import { root } from '../support/repository';

/**
 * The rules `accordo-rating/1`, for ever: deals, their usage, and the very bytes of their clause lines. Contracts are signed under these
 * rules; when a line here changes, a rule has changed, and needs a version of its own beside this one. With ACCORDO_WRITE_GOLDEN=1 a deal
 * that has no lines yet gets them; existing lines are never written over.
 */
const folder = join(root, 'test', 'golden', 'rules-1');
const deals = readdirSync(folder);

type Json<Value> = { [Name in keyof Value]: Value[Name] extends bigint | undefined ? string : Value[Name] };

interface Period {
  readonly period: string;
  readonly usage: readonly Json<UsageSum>[];
  readonly context: Omit<PeriodContext, 'services'> & {
    readonly services: readonly Json<PeriodContext['services'][number]>[];
  };
  readonly facts?: Omit<CloseFacts, 'expenses' | 'creditsRequested' | 'pool'> & {
    readonly expenses: string;
    readonly creditsRequested: Readonly<Record<string, string>>;
    readonly pool?: readonly { readonly account: string; readonly opening: string; readonly earned: string }[];
  };
}

const read = <Value>(deal: string, file: string): Value =>
  JSON.parse(readFileSync(join(folder, deal, file), 'utf8')) as Value;

function termsOf(deal: string): Terms {
  const reading = readTerms(read(deal, 'terms.json'));
  if ('terms' in reading) return reading.terms;
  throw new Error(JSON.stringify(reading.faults));
}

function periodOf({ period, usage, context, facts }: Period): SimulatedPeriod {
  return {
    period,
    usage: usage.map((sum) => ({ ...sum, quantity: BigInt(sum.quantity), returns: BigInt(sum.returns) })),
    context: {
      ...context,
      services: context.services.map(({ allPlays, ...figures }) => ({ ...figures, allPlays: BigInt(allPlays ?? '0') })),
    },
    ...(facts ? { facts: factsOf(facts) } : {}),
  };
}

function factsOf({ expenses, creditsRequested, pool, ...facts }: NonNullable<Period['facts']>): CloseFacts {
  return {
    ...facts,
    expenses: BigInt(expenses),
    creditsRequested: Object.fromEntries(Object.entries(creditsRequested).map(([id, minor]) => [id, BigInt(minor)])),
    ...(pool
      ? { pool: pool.map((one) => ({ ...one, opening: BigInt(one.opening), earned: BigInt(one.earned) })) }
      : {}),
  };
}

function linesOf(deal: string): string {
  const terms = termsOf(deal);
  const periods = read<Period[]>(deal, 'periods.json').map(periodOf);
  return simulate(terms, { periods })
    .map(({ rated, settled }) => canonicalClauseLines({ terms, rated, settled, restatements: [] }))
    .join('');
}

describe('accordo-rating/1', () => {
  it.each(deals)('gives the deal "%s" the same bytes for ever', (deal) => {
    const file = join(folder, deal, 'lines.jsonl');
    if (process.env['ACCORDO_WRITE_GOLDEN'] === '1' && !existsSync(file)) writeFileSync(file, linesOf(deal));
    expect(linesOf(deal)).toBe(readFileSync(file, 'utf8'));
  });
});
