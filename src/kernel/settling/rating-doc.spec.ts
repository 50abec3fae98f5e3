import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exactText, moneyRoundingIn, moneyText, rational } from '../money';
import { type AuditRight, type LateInterest, type Terms } from '../terms';
import { ISRCS, downloads, plays, referenceTerms, contextOf } from '../testing/reference-terms';
import { concludeAudit, interestOn, simulate, type ClosedPeriod, type CloseFacts, type SimulatedPeriod } from '.';

interface Month {
  streaming?: string;
  downloads?: string;
  figures?: Record<string, string>;
  facts?: Omit<CloseFacts, 'expenses' | 'creditsRequested' | 'pool'> & {
    expenses?: string;
    creditsRequested?: Record<string, string>;
    pool?: { account: string; opening: string; earned: string }[];
  };
}

interface CloseExample {
  terms: Record<string, unknown>;
  months: Month[];
  expect: { payable: string; steps?: string[]; payment?: string[] }[];
}

const document = readFileSync(join(__dirname, '../../../docs/rating.md'), 'utf8');
const examples = [...document.matchAll(/```json\n(.*?)```/gs)].map((match): object => JSON.parse(match[1] ?? ''));
const closes = examples.filter((example): example is CloseExample => 'months' in example);

const termsOf = (changes: Record<string, unknown>): Terms =>
  referenceTerms({
    royalties: [
      { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ],
    advances: [],
    settlement: undefined,
    ...changes,
  });

/** Plays at a cent and downloads at 0.36 that are worth the amounts. */
function usageOf({ streaming = '0', downloads: sold = '0' }: Month) {
  const cents = (amount: string) => BigInt(amount.replace('.', ''));
  return [plays(ISRCS[0], cents(streaming)), downloads(ISRCS[1], cents(sold) / 36n)];
}

function factsOf({ facts: { expenses, creditsRequested, pool, ...facts } = {} }: Month): CloseFacts {
  return {
    ...facts,
    ...(expenses ? { expenses: BigInt(expenses) } : {}),
    ...(creditsRequested
      ? {
          creditsRequested: Object.fromEntries(
            Object.entries(creditsRequested).map(([id, minor]) => [id, BigInt(minor)]),
          ),
        }
      : {}),
    ...(pool
      ? { pool: pool.map((one) => ({ ...one, opening: BigInt(one.opening), earned: BigInt(one.earned) })) }
      : {}),
  };
}

const monthOf = (month: Month, place: number): SimulatedPeriod => ({
  period: `2026-${String(place + 1).padStart(2, '0')}`,
  usage: usageOf(month),
  context: { ...contextOf(0n, '0'), ...(month.figures ? { figures: month.figures } : {}) },
  facts: factsOf(month),
});

const dollars = (minor: bigint) => moneyText({ minor, currency: 'USD' });

function paymentOf({ settled: { payment = {} } }: ClosedPeriod): string[] {
  const { vat, withheld, exchanged, shares = [] } = payment;
  return [
    ...(vat ? [`vat ${dollars(vat.tax)}, declared by the customer ${dollars(vat.declaredByCustomer)}`] : []),
    ...(withheld
      ? [`withheld ${dollars(withheld.tax)} of ${dollars(withheld.gross)}, received ${dollars(withheld.net)}`]
      : []),
    ...(exchanged ? [`${exchanged.to.currency} ${moneyText(exchanged.to)}`] : []),
    ...shares.map(({ payee, minor }) => `${payee} ${dollars(minor)}`),
  ];
}

describe('docs/rating.md, around the royalties', () => {
  it('shows every money clause', () => {
    const shown = new Set(closes.flatMap(({ terms }) => Object.keys(terms)));
    const clauses = [
      'advances',
      'exchange',
      'guarantees',
      'inKindCredits',
      'minimumFees',
      'payment',
      'recoupment',
      'reserves',
      'splits',
      'taxes',
    ];
    expect([...shown].filter((name) => name !== 'figures').sort()).toEqual(clauses);
  });

  it.each(closes.map((example) => [Object.keys(example.terms).join(', '), example] as const))('%s', (_, example) => {
    const closed = simulate(termsOf(example.terms), { periods: example.months.map(monthOf) });
    const told = closed.map((period, place) => {
      const { steps, payment } = example.expect[place] ?? {};
      return {
        payable: dollars(period.settled.payable),
        ...(steps ? { steps: period.settled.steps.map(({ clause, formula }) => `${clause}: ${formula}`) } : {}),
        ...(payment ? { payment: paymentOf(period) } : {}),
      };
    });
    expect(told).toEqual(example.expect);
  });

  it('late interest', () => {
    type Example = { interest: LateInterest; principal: string; from: string; until: string; expect: object };
    const [example] = examples.filter((one): one is Example => 'interest' in one);
    if (!example) throw new Error('no example');
    const rounding = moneyRoundingIn('USD', { mode: 'half-up' });
    const { interest: clause, principal, ...days } = example;
    const { days: count, exact, minor } = interestOn(rational(principal), { clause, ...days, rounding });
    expect({ days: count, exact: exactText(exact), amount: dollars(minor) }).toEqual(example.expect);
  });

  it('audit', () => {
    type Example = { audit: AuditRight; due: string; paid: string; cost: string; expect: object };
    const [example] = examples.filter((one): one is Example => 'audit' in one);
    if (!example) throw new Error('no example');
    const [due, paid, auditCost] = [example.due, example.paid, example.cost].map(rational);
    if (!due || !paid || !auditCost) throw new Error('no amounts');
    const rounding = moneyRoundingIn('USD', { mode: 'half-up' });
    const outcome = concludeAudit({ due, paid, auditCost }, { costShift: example.audit.costShift, rounding });
    expect({
      underpaid: dollars(outcome.underpaid),
      charged: dollars(outcome.auditCostCharged),
      owed: dollars(outcome.totalOwed),
    }).toEqual(example.expect);
  });
});
