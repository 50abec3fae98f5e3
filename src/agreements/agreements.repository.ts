import { type Period, readTerms, sha256Hex, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

export type AgreementState = 'awaiting-signatures' | 'concluded' | 'withdrawn';

/** An agreement without its terms: what lists show. Days are those of `timeZone`. */
export interface Agreement {
  readonly id: string;
  readonly ordinal: number;
  readonly labelId: string;
  readonly platformId: string;
  readonly negotiationId: string | null;
  readonly state: AgreementState;
  readonly termsHash: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly inForce: Period;
  readonly madeAt: Date;
  readonly concludedAt: Date | null;
}

export interface AgreementWithTerms extends Agreement {
  readonly terms: Terms;
  /** The canonical text whose SHA-256 both parties sign. */
  readonly termsText: string;
}

interface Row extends Omit<Agreement, 'inForce'> {
  readonly from: Period['from'];
  readonly until: Period['until'];
  readonly termsText: string;
}

const columns = `id, ordinal, label_id AS "labelId", platform_id AS "platformId", negotiation_id AS "negotiationId", state,
  terms_hash AS "termsHash", currency, time_zone AS "timeZone", lower(in_force) AS "from", upper(in_force) AS "until",
  made_at AS "madeAt", concluded_at AS "concludedAt"`;

/** The agreement with its terms. Refuses with not-found when there is none that the transaction's organization may see. */
export async function getAgreement(tx: Tx, id: string): Promise<AgreementWithTerms> {
  return found(await tx.first<Row>(`SELECT ${columns}, terms AS "termsText" FROM agreements WHERE id = $1`, [id]));
}

/** As getAgreement, and nobody else decides on it until the transaction ends. */
export async function getAgreementForUpdate(tx: Tx, id: string): Promise<AgreementWithTerms> {
  const row = await tx.first<Row>(
    `SELECT ${columns}, terms AS "termsText" FROM agreements WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  return found(row);
}

/** What is in force between two parties, oldest first, with terms. */
export async function concludedAgreementsBetween(
  tx: Tx,
  labelId: string,
  platformId: string,
): Promise<AgreementWithTerms[]> {
  const rows = await tx.rows<Row>(
    `SELECT ${columns}, terms AS "termsText" FROM agreements
      WHERE label_id = $1 AND platform_id = $2 AND state = 'concluded' ORDER BY ordinal`,
    [labelId, platformId],
  );
  return rows.map(withTerms);
}

/**
 * The concluded agreements with most favoured nation clauses that the party has with anybody but the other one named, oldest
 * first: their ids, for terms are large.
 */
export async function agreementsPromising(
  tx: Tx,
  party: 'label' | 'platform',
  { labelId, platformId }: Pick<Agreement, 'labelId' | 'platformId'>,
): Promise<string[]> {
  const [own, other] = party === 'label' ? ['label_id', 'platform_id'] : ['platform_id', 'label_id'];
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM agreements
      WHERE ${own} = $1 AND ${other} <> $2 AND state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL ORDER BY ordinal`,
    party === 'label' ? [labelId, platformId] : [platformId, labelId],
  );
  return rows.map(({ id }) => id);
}

/** The labels that the platform has a concluded agreement with, oldest first. */
export async function licensorsOf(tx: Tx, platformId: string): Promise<string[]> {
  const rows = await tx.rows<{ labelId: string }>(
    `SELECT label_id AS "labelId" FROM agreements
      WHERE platform_id = $1 AND state = 'concluded' GROUP BY label_id ORDER BY min(ordinal)`,
    [platformId],
  );
  return rows.map(({ labelId }) => labelId);
}

/** Agreements that the organization sees, oldest first, after the given one. */
export async function listAgreements(
  tx: Tx,
  limit: number,
  after: readonly string[] | undefined,
): Promise<Agreement[]> {
  const rows = await tx.rows<Omit<Row, 'termsText'>>(
    `SELECT ${columns} FROM agreements
      WHERE $2::timestamptz IS NULL OR (made_at, id) > ($2, $3::uuid) ORDER BY made_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );
  return rows.map(withPeriod);
}

export interface NewAgreement {
  readonly terms: Terms;
  readonly termsText: string;
  readonly termsHash: string;
  readonly negotiationId: string;
  readonly at: Date;
}

export async function insertAgreement(tx: Tx, agreement: NewAgreement): Promise<string> {
  const { terms, termsText, termsHash, negotiationId, at } = agreement;
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO agreements (label_id, platform_id, negotiation_id, terms, terms_hash, currency, time_zone, in_force, state, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, daterange($8, $9), 'awaiting-signatures', $10) RETURNING id`,
    [
      terms.parties.label.id,
      terms.parties.platform.id,
      negotiationId,
      termsText,
      termsHash,
      terms.currency,
      terms.timeZone,
      terms.term.from,
      terms.term.until,
      at,
    ],
  );
  return id;
}

export async function markConcluded(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run(`UPDATE agreements SET state = 'concluded', concluded_at = $2 WHERE id = $1`, [id, at]);
}

function found(row: Row | undefined): AgreementWithTerms {
  if (row === undefined) throw new DomainError('not-found');
  return withTerms(row);
}

const withPeriod = ({ from, until, ...rest }: Omit<Row, 'termsText'>): Agreement => ({
  ...rest,
  inForce: { from, until },
});

/** Whoever executes a contract executes what was signed: text that no longer has its hash is executed by nobody. */
function withTerms({ termsText, ...row }: Row): AgreementWithTerms {
  if (sha256Hex(termsText) !== row.termsHash)
    throw new Error(`the terms of agreement ${row.id} do not have their hash`);
  const reading = readTerms(JSON.parse(termsText));
  if ('faults' in reading) throw new Error(`the terms of agreement ${row.id} cannot be read`);
  return { ...withPeriod(row), terms: reading.terms, termsText };
}
