import type { LivingAgreement } from '../../agreements';
import { type CalendarDate, type CloseFacts, moneyFromText, periodOfMonth, termsOfMonth } from '../../kernel';
import { often, type Tx } from '../../platform/database/tx';

export const factKinds = ['expenses', 'credit', 'figure'] as const;
export type FactKind = (typeof factKinds)[number] | 'option';

/** What a close needs to know and neither the contract nor usage says, as a party has stated it. */
export interface PeriodFact {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  readonly kind: FactKind;
  /** The month's first day; of an option, the day on which it was exercised. */
  readonly day: string;
  readonly subject: string | null;
  readonly service_id: string | null;
  readonly value: string | null;
  readonly note: string | null;
  readonly stated_by: string;
  readonly at: Date;
  readonly confirmed_at: Date | null;
}

const withConfirmation = `
  SELECT f.*, c.at AS confirmed_at FROM period_facts f
    LEFT JOIN period_fact_confirmations c ON c.agreement_id = f.agreement_id AND c.number = f.number`;

export const listFacts = (tx: Tx, agreementId: string, limit: number, after: number): Promise<PeriodFact[]> =>
  tx.rows<PeriodFact>(`${withConfirmation} WHERE f.agreement_id = $1 AND f.number > $2 ORDER BY f.number LIMIT $3`, [
    agreementId,
    after,
    limit,
  ]);

export const findFact = (tx: Tx, agreementId: string, number: number): Promise<PeriodFact | undefined> =>
  tx.first<PeriodFact>(`${withConfirmation} WHERE f.agreement_id = $1 AND f.number = $2`, [agreementId, number]);

export type NewFact = Pick<PeriodFact, 'kind' | 'day' | 'subject' | 'service_id' | 'value' | 'note' | 'at'> & {
  readonly statedBy: string;
  readonly madeBy: string;
};

/** The caller holds the agreement, so that numbers have no gaps. */
export async function insertFact(tx: Tx, agreement: LivingAgreement, fact: NewFact): Promise<number> {
  const { number } = await tx.one<{ number: number }>(
    `INSERT INTO period_facts (agreement_id, number, label_id, platform_id, kind, day, subject, service_id, value, note, stated_by, made_by, at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM period_facts WHERE agreement_id = $1
     RETURNING number`,
    [
      ...[agreement.id, agreement.labelId, agreement.platformId, fact.kind, fact.day, fact.subject, fact.service_id],
      ...[fact.value, fact.note, fact.statedBy, fact.madeBy, fact.at],
    ],
  );
  return number;
}

export const insertConfirmation = (
  tx: Tx,
  { id, labelId, platformId }: LivingAgreement,
  { number, madeBy, at }: { readonly number: number; readonly madeBy: string; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO period_fact_confirmations (agreement_id, number, label_id, platform_id, made_by, at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, number, labelId, platformId, madeBy, at],
  );

/** Optional advances that were exercised, each with its day. */
export async function exercisedOptions(
  tx: Tx,
  { id }: { readonly id: string },
): Promise<ReadonlyMap<string, CalendarDate>> {
  const rows = await tx.rows<{ subject: string; day: CalendarDate }>(
    often(`SELECT subject, day FROM period_facts WHERE agreement_id = $1 AND kind = 'option'`),
    [id],
  );
  return new Map(rows.map(({ subject, day }) => [subject, day]));
}

/** Those that were exercised before a day. */
export async function exercisedBefore(
  tx: Tx,
  agreement: { readonly id: string },
  until: CalendarDate,
): Promise<string[]> {
  const exercised = await exercisedOptions(tx, agreement);
  return [...exercised].flatMap(([option, day]) => (day < until ? [option] : []));
}

/** The facts of one month: of several about the same matter the last one, and of expenses the last that is confirmed. */
const factsOfMonth = (tx: Tx, agreementId: string, month: string): Promise<PeriodFact[]> =>
  tx.rows<PeriodFact>(
    often(`SELECT DISTINCT ON (kind, subject, service_id) *
       FROM (${withConfirmation} WHERE f.agreement_id = $1 AND f.day = $2) of_month
      WHERE kind <> 'option' AND (kind <> 'expenses' OR confirmed_at IS NOT NULL) ORDER BY kind, subject, service_id, number DESC`),
    [agreementId, `${month}-01`],
  );

/** What the close of a period is told, by its first month. A closed one takes no more facts, so it can be asked for again at any time. */
export async function closeFactsOf(tx: Tx, agreement: LivingAgreement, month: string): Promise<CloseFacts> {
  const { id, currency, life } = agreement;
  const { recoupment, inKindCredits } = termsOfMonth(life, month);
  const asksForFacts = recoupment?.expenses === 'before-recoupment' || inKindCredits !== undefined;
  const facts = asksForFacts ? await factsOfMonth(tx, id, month) : [];
  const minorOf = ({ value }: PeriodFact): bigint => moneyFromText(value ?? '0', currency).minor;
  const { until } = periodOfMonth(life, month);
  const exercised = await exercisedBefore(tx, agreement, until);
  // An amendment may have taken a clause away since it was stated.
  const credits = facts.filter(
    ({ kind, subject }) => kind === 'credit' && inKindCredits?.some(({ id: of }) => of === subject),
  );
  const expenses = facts.find(({ kind }) => kind === 'expenses' && recoupment?.expenses === 'before-recoupment');
  return {
    ...(expenses === undefined ? {} : { expenses: minorOf(expenses) }),
    ...(exercised.length === 0 ? {} : { exercised: exercised.sort() }),
    ...(credits.length === 0
      ? {}
      : { creditsRequested: Object.fromEntries(credits.map((fact) => [fact.subject ?? '', minorOf(fact)])) }),
  };
}

/** The figures of the parties' own that were stated for a month. */
export async function figuresOf(tx: Tx, { id, life }: LivingAgreement, month: string): Promise<StatedFigures> {
  if (termsOfMonth(life, month).figures === undefined) return { agreement: {}, services: new Map() };
  const figures = (await factsOfMonth(tx, id, month)).filter(({ kind }) => kind === 'figure');
  const byService = Map.groupBy(figures, ({ service_id }) => service_id);
  const valuesOf = (of: readonly PeriodFact[] = []): Record<string, string> =>
    Object.fromEntries(of.map(({ subject, value }) => [subject ?? '', value ?? '']));
  return {
    agreement: valuesOf(byService.get(null)),
    services: new Map([...byService].flatMap(([service, of]) => (service === null ? [] : [[service, valuesOf(of)]]))),
  };
}

/** By their ids in the terms, as they were stated. */
export interface StatedFigures {
  readonly agreement: Readonly<Record<string, string>>;
  readonly services: ReadonlyMap<string, Readonly<Record<string, string>>>;
}
