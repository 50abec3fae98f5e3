import type { CalendarDate } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

export const agreedKinds = ['withholding', 'vat', 'exchange'] as const;
export type AgreedKind = (typeof agreedKinds)[number];

/** `stated`: it waits for the other party. `unanswered`: nobody has said anything in time, so it holds as stated. `contested`: the other party objects, and it holds for nothing. */
export const agreedStates = ['stated', 'confirmed', 'unanswered', 'contested', 'withdrawn'] as const;
export type AgreedState = (typeof agreedStates)[number];
/** What becomes of a rate, once. */
export type AgreedFact = Exclude<AgreedState, 'stated'>;

/** A rate that one party stated, and what became of it. */
export interface AgreedRate {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  readonly label_id: string;
  readonly platform_id: string;
  readonly kind: AgreedKind;
  readonly rate: string;
  readonly base: string | null;
  readonly quote: string | null;
  /** Of tax: from which day on. Of exchange: the only one. */
  readonly day: CalendarDate;
  readonly basis: string;
  readonly stated_by: string;
  readonly made_by: string;
  readonly stated_at: Date;
  /** Of tax: the last day for an answer. Null: nobody's silence is an answer. */
  readonly answer_by: CalendarDate | null;
  readonly state: AgreedState;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  /** Why it is contested. */
  readonly reason: string | null;
}

const withFact = `
  SELECT r.*, coalesce(f.kind, 'stated') AS state, f.made_by AS decided_by, f.at AS decided_at, f.reason
    FROM agreed_rates r LEFT JOIN agreed_rate_facts f ON f.agreement_id = r.agreement_id AND f.number = r.number`;

export const findAgreedRate = (tx: Tx, agreementId: string, number: number): Promise<AgreedRate | undefined> =>
  tx.first<AgreedRate>(`${withFact} WHERE r.agreement_id = $1 AND r.number = $2`, [agreementId, number]);

/** Rates of these kinds, by their numbers. */
export const listAgreedRates = (
  tx: Tx,
  agreementId: string,
  kinds: readonly AgreedKind[],
  { limit, after }: { readonly limit: number; readonly after: number },
): Promise<AgreedRate[]> =>
  tx.rows<AgreedRate>(
    `${withFact} WHERE r.agreement_id = $1 AND r.kind = ANY ($2::text[]) AND r.number > $3 ORDER BY r.number LIMIT $4`,
    [agreementId, kinds, after, limit],
  );

/** How many that a party stated wait for the other one. */
export async function waitingAgreedRates(tx: Tx, agreementId: string, statedBy: string): Promise<number> {
  const { waiting } = await tx.one<{ waiting: bigint }>(
    `SELECT count(*) AS waiting FROM (${withFact} WHERE r.agreement_id = $1 AND r.stated_by = $2) AS r WHERE state = 'stated'`,
    [agreementId, statedBy],
  );
  return Number(waiting);
}

/**
 * The tax rates of a day: of each kind that which came into force last, and of one day's the last stated. One that nobody answered holds where none is confirmed: silence takes
 * nothing away from what both parties have said. And it holds until who was silent states another one for the day: then nobody is silent any more.
 */
export const taxRatesOn = (tx: Tx, agreementId: string, day: CalendarDate): Promise<AgreedRate[]> =>
  tx.rows<AgreedRate>(
    `WITH r AS (${withFact} WHERE r.agreement_id = $1 AND r.kind <> 'exchange' AND r.day <= $2)
     SELECT DISTINCT ON (kind) * FROM r
      WHERE state = 'confirmed'
         OR (state = 'unanswered' AND NOT EXISTS (SELECT FROM r AS other WHERE other.kind = r.kind AND other.number > r.number
              AND other.stated_by <> r.stated_by AND other.state <> 'withdrawn'))
      ORDER BY kind, state = 'unanswered', day DESC, number DESC`,
    [agreementId, day],
  );

/** What was said of each tax for a day and is not in force: the last that waits for an answer, however many were contested since; where none waits, the last that was contested. */
export const openTaxRatesOn = (tx: Tx, agreementId: string, day: CalendarDate): Promise<AgreedRate[]> =>
  tx.rows<AgreedRate>(
    `SELECT DISTINCT ON (kind) * FROM (${withFact} WHERE r.agreement_id = $1) AS r
      WHERE state IN ('stated', 'contested') AND kind <> 'exchange' AND day <= $2 ORDER BY kind, state = 'stated' DESC, number DESC`,
    [agreementId, day],
  );

/** The confirmed exchange rate of two currencies, in either direction, of this very day: the last stated. */
export const agreedExchangeOn = (
  tx: Tx,
  agreementId: string,
  { from, to, day }: { readonly from: string; readonly to: string; readonly day: CalendarDate },
): Promise<AgreedRate | undefined> =>
  tx.first<AgreedRate>(
    `SELECT * FROM (${withFact} WHERE r.agreement_id = $1) AS r
      WHERE state = 'confirmed' AND kind = 'exchange' AND day = $4 AND (base, quote) IN (($2, $3), ($3, $2))
      ORDER BY number DESC LIMIT 1`,
    [agreementId, from, to, day],
  );

interface Parties {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
}

export type NewAgreedRate = Pick<AgreedRate, 'kind' | 'rate' | 'base' | 'quote' | 'day' | 'basis'>;

interface Stated {
  readonly statedBy: string;
  readonly madeBy: string;
  /** The last day for an answer about a tax. */
  readonly answerBy: CalendarDate;
  readonly at: Date;
}

/** Adds rates after those that are there. The caller holds the agreement, so that numbers have no gaps. */
export async function insertAgreedRates(
  tx: Tx,
  { id, labelId, platformId }: Parties,
  rates: readonly NewAgreedRate[],
  { statedBy, madeBy, answerBy, at }: Stated,
): Promise<number[]> {
  const rows = await tx.rows<{ number: number }>(
    `INSERT INTO agreed_rates (agreement_id, number, label_id, platform_id, kind, rate, base, quote, day, basis, stated_by, made_by, stated_at, answer_by)
     SELECT $1, (SELECT coalesce(max(number), 0) FROM agreed_rates WHERE agreement_id = $1) + place, $2, $3, kind, rate, base, quote, day, basis, $4, $5, $6,
            CASE WHEN kind <> 'exchange' THEN $13::date END
       FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::date[], $12::text[])
         WITH ORDINALITY AS incoming (kind, rate, base, quote, day, basis, place)
     RETURNING number`,
    [
      ...[id, labelId, platformId, statedBy, madeBy, at, rates.map(({ kind }) => kind)],
      ...[rates.map(({ rate }) => rate), rates.map(({ base }) => base), rates.map(({ quote }) => quote)],
      ...[rates.map(({ day }) => day), rates.map(({ basis }) => basis), answerBy],
    ],
  );
  return rows.map(({ number }) => number).sort((a, b) => a - b);
}

export const insertAgreedRateFact = (
  tx: Tx,
  { agreement_id, number, label_id, platform_id, stated_by }: AgreedRate,
  fact: {
    readonly kind: AgreedFact;
    /** Whose answer it is; of silence, whose silence. */
    readonly organizationId: string;
    readonly madeBy: string;
    readonly reason?: string | undefined;
    readonly at: Date;
  },
): Promise<number> =>
  tx.run(
    `INSERT INTO agreed_rate_facts (agreement_id, number, label_id, platform_id, stated_by, kind, organization_id, made_by, at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[agreement_id, number, label_id, platform_id, stated_by],
      ...[fact.kind, fact.organizationId, fact.madeBy, fact.at, fact.reason ?? null],
    ],
  );
