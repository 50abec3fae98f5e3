import { type CalendarDate, type Origin, type Period, readTerms, sha256Hex, type Terms } from '../kernel';
import { often, type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

/** Until it is signed; then as its life goes on. */
export const agreementStates = [
  'awaiting-signatures',
  'withdrawn',
  'concluded',
  'active',
  'suspended',
  'expired',
  'terminated',
] as const;
export type AgreementState = (typeof agreementStates)[number];

/** An agreement without its terms: what lists show. Days are those of `timeZone`. */
export interface Agreement {
  readonly id: string;
  readonly ordinal: number;
  readonly labelId: string;
  readonly platformId: string;
  readonly negotiationId: string | null;
  readonly state: AgreementState;
  /** The version that was signed last; the first one until then. Its hash is `termsHash`. */
  readonly version: number;
  readonly termsHash: string;
  readonly currency: string;
  readonly timeZone: string;
  /** As far as is known today: renewals, notice and sell-off included. */
  readonly inForce: Period;
  readonly madeAt: Date;
  readonly concludedAt: Date | null;
  /** Where the parties signed elsewhere: the day, and the SHA-256 of what they signed. */
  readonly concludedElsewhereOn: CalendarDate | null;
  readonly documentSha256: string | null;
  /** What had been paid there: ids of advances, or `back-fee`. */
  readonly paidElsewhere: readonly string[] | null;
}

export interface AgreementWithTerms extends Agreement {
  readonly terms: Terms;
  /** The canonical text of the terms. */
  readonly termsText: string;
}

interface Row extends Omit<Agreement, 'inForce'> {
  readonly from: Period['from'];
  readonly until: Period['until'];
  readonly termsText: string;
}

const columns = `a.id, a.ordinal, a.label_id AS "labelId", a.platform_id AS "platformId", a.negotiation_id AS "negotiationId", a.state,
  a.version, v.terms_hash AS "termsHash", a.currency, a.time_zone AS "timeZone", lower(a.in_force) AS "from", upper(a.in_force) AS "until",
  a.made_at AS "madeAt", a.concluded_at AS "concludedAt", a.concluded_elsewhere_on AS "concludedElsewhereOn", a.document_sha256 AS "documentSha256", a.paid_elsewhere AS "paidElsewhere"`;
const withVersion = 'agreements a JOIN agreement_versions v ON v.agreement_id = a.id AND v.number = a.version';

/** The agreement with its terms. Refuses with not-found when there is none that the transaction's organization may see. */
export async function getAgreement(tx: Tx, id: string): Promise<AgreementWithTerms> {
  return found(
    await tx.first<Row>(often(`SELECT ${columns}, v.terms AS "termsText" FROM ${withVersion} WHERE a.id = $1`), [id]),
  );
}

/** As getAgreement, and nobody else decides on it until the transaction ends. */
export async function getAgreementForUpdate(tx: Tx, id: string): Promise<AgreementWithTerms> {
  // By itself, and read afterwards: whoever waited for an amendment would look for the version of before.
  const held = await tx.first(often('SELECT id FROM agreements WHERE id = $1 FOR NO KEY UPDATE'), [id]);
  return held === undefined ? found(undefined) : getAgreement(tx, id);
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
    `SELECT a.id FROM ${withVersion}
      WHERE a.${own} = $1 AND a.${other} <> $2 AND a.state IN ('concluded', 'active', 'suspended')
        AND v.state = 'concluded' AND (v.terms::jsonb -> 'mostFavoured') IS NOT NULL ORDER BY a.ordinal`,
    party === 'label' ? [labelId, platformId] : [platformId, labelId],
  );
  return rows.map(({ id }) => id);
}

/** Whatever two parties ever concluded, oldest first. */
export async function concludedBetween(tx: Tx, labelId: string, platformId: string): Promise<AgreementWithTerms[]> {
  const rows = await tx.rows<Row>(
    `SELECT ${columns}, v.terms AS "termsText" FROM ${withVersion}
      WHERE a.label_id = $1 AND a.platform_id = $2 AND a.concluded_at IS NOT NULL ORDER BY a.ordinal`,
    [labelId, platformId],
  );
  return rows.map(withTerms);
}

/** Whatever a platform ever concluded, with whichever labels, oldest first. */
export async function concludedOf(tx: Tx, platformId: string): Promise<AgreementWithTerms[]> {
  const rows = await tx.rows<Row>(
    `SELECT ${columns}, v.terms AS "termsText" FROM ${withVersion}
      WHERE a.platform_id = $1 AND a.concluded_at IS NOT NULL ORDER BY a.ordinal`,
    [platformId],
  );
  return rows.map(withTerms);
}

/** Agreements that the organization sees, oldest first, after the given one. */
export async function listAgreements(
  tx: Tx,
  limit: number,
  after: readonly string[] | undefined,
): Promise<Agreement[]> {
  const rows = await tx.rows<Omit<Row, 'termsText'>>(
    `SELECT ${columns} FROM ${withVersion}
      WHERE $2::timestamptz IS NULL OR (a.made_at, a.id) > ($2, $3::uuid) ORDER BY a.made_at, a.id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );
  return rows.map(withPeriod);
}

export interface NewAgreement {
  readonly terms: Terms;
  readonly negotiationId: string | null;
  readonly elsewhere: Extract<Origin, { kind: 'elsewhere' }> | null;
  readonly at: Date;
}

/** The agreement's row; what is signed is written beside it, as its first version. */
export async function insertAgreement(tx: Tx, { terms, negotiationId, elsewhere, at }: NewAgreement): Promise<string> {
  const { parties, currency, timeZone, term } = terms;
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO agreements (label_id, platform_id, negotiation_id, currency, time_zone, in_force, concluded_elsewhere_on, document_sha256, paid_elsewhere, state, made_at)
     VALUES ($1, $2, $3, $4, $5, daterange($6, $7), $8, $9, $10, 'awaiting-signatures', $11) RETURNING id`,
    [
      parties.label.id,
      parties.platform.id,
      negotiationId,
      currency,
      timeZone,
      term.from,
      term.until,
      elsewhere?.concludedOn ?? null,
      elsewhere?.document ?? null,
      elsewhere?.paid ?? null,
      at,
    ],
  );
  return id;
}

export interface Move {
  readonly state: AgreementState;
  readonly version: number;
  readonly inForce: Period;
  readonly at: Date;
}

/** Moves a signed agreement on: its state, the version signed last and its days. The database knows the moves once more. */
export async function moveAgreement(tx: Tx, id: string, { state, version, inForce, at }: Move): Promise<void> {
  await tx.run(
    `UPDATE agreements SET state = $2, version = $3, in_force = daterange($4, $5), concluded_at = coalesce(concluded_at, $6),
            activated_at = CASE WHEN $2 IN ('active', 'suspended') THEN coalesce(activated_at, $6) ELSE activated_at END,
            ended_at = CASE WHEN $2 IN ('expired', 'terminated') THEN coalesce(ended_at, $6) END
      WHERE id = $1`,
    [id, state, version, inForce.from, inForce.until, at],
  );
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
  return { ...withPeriod(row), terms: executableTerms(row.id, termsText, row.termsHash), termsText };
}

export function executableTerms(agreementId: string, termsText: string, termsHash: string): Terms {
  if (sha256Hex(termsText) !== termsHash)
    throw new Error(`the terms of agreement ${agreementId} do not have their hash`);
  const reading = readTerms(JSON.parse(termsText));
  if ('faults' in reading) throw new Error(`the terms of agreement ${agreementId} cannot be read`);
  return reading.terms;
}
