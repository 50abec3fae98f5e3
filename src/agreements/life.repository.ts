import {
  asKnownAt,
  type Life,
  type LifeEvent,
  type LifeFact,
  type PartyName,
  type SignedVersion,
  type Terms,
} from '../kernel';
import { often, type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import {
  type AgreementWithTerms,
  concludedBetween,
  concludedOf,
  getAgreement,
  getAgreementForUpdate,
} from './agreements.repository';
import { signedTerms, type SignedTerms } from './versions.repository';

/** A signed agreement with all that was signed of it and all that happened to it. */
export interface LivingAgreement extends AgreementWithTerms {
  readonly life: Life;
}

/** Refuses with not-found, and with agreement-not-concluded while signatures are missing. */
export const getLiving = async (tx: Tx, id: string): Promise<LivingAgreement> => living(tx, await getAgreement(tx, id));

/** As getLiving, as the life was known at an instant: what was stated then stands on the terms as they read then. Null: now. */
export async function getLivingAsOf(tx: Tx, id: string, instant: Date | null): Promise<LivingAgreement> {
  const agreement = await getLiving(tx, id);
  const life = instant === null ? undefined : asKnownAt(agreement.life, instant);
  return life === undefined ? agreement : { ...agreement, life };
}

/** As getLiving, and nobody else decides on it until the transaction ends. */
export const getLivingForUpdate = async (tx: Tx, id: string): Promise<LivingAgreement> =>
  living(tx, await getAgreementForUpdate(tx, id));

async function living(tx: Tx, agreement: AgreementWithTerms): Promise<LivingAgreement> {
  if (agreement.concludedAt === null) throw new DomainError('agreement-not-concluded');
  const [alive] = await withLives(tx, [agreement]);
  if (alive === undefined) throw new Error(`agreement ${agreement.id} is lost`);
  return alive;
}

/** Whatever two parties ever concluded, oldest first: three statements, however many there are. */
export const concludedAgreementsBetween = async (
  tx: Tx,
  labelId: string,
  platformId: string,
): Promise<LivingAgreement[]> => withLives(tx, await concludedBetween(tx, labelId, platformId));

/** Whatever a platform ever concluded, oldest first. */
export const concludedAgreementsOf = async (tx: Tx, platformId: string): Promise<LivingAgreement[]> =>
  withLives(tx, await concludedOf(tx, platformId));

/**
 * A text that differs once anything more was signed by the platform or has happened to its agreements: both are only ever added to. It differs with `also`
 * as well: one question is asked instead of two.
 */
export async function agreementsStamp(tx: Tx, platformId: string, also: StampedToo): Promise<string> {
  const text = `SELECT ${agreementsStampSql('$1', also)} AS stamp`;
  return (await tx.one<{ stamp: string }>(often(text), [platformId])).stamp;
}

/** The same as an expression, for a statement whose parameter `platform` ("$2") is the platform. */
export const agreementsStampSql = (platform: string, also: StampedToo): string =>
  `(${stampSql(`platform_id = ${platform}`)} || ' ' || ${also(platform)})`;

/** What else a stamp is to differ with: an expression of the platform. */
export type StampedToo = (platform: string) => string;

/** As agreementsStamp, of what two parties have with each other. */
export async function stampBetween(tx: Tx, labelId: string, platformId: string): Promise<string> {
  const text = `SELECT ${stampSql('platform_id = $1 AND label_id = $2')} AS stamp`;
  return (await tx.one<{ stamp: string }>(often(text), [platformId, labelId])).stamp;
}

const stampSql = (own: string): string =>
  `(SELECT count(*) FROM agreement_versions WHERE ${own} AND state = 'concluded') || ' ' || (SELECT count(*) FROM agreement_facts WHERE ${own})`;

async function withLives(tx: Tx, agreements: readonly AgreementWithTerms[]): Promise<LivingAgreement[]> {
  // The version signed last came with the agreement.
  const read = new Map(agreements.map(({ termsHash, terms }) => [termsHash, terms]));
  const lives = await livesOf(
    tx,
    agreements.map(({ id }) => id),
    read,
  );
  return agreements.map((agreement) => {
    const life = lives(agreement.id);
    if (life.versions.length === 0) throw new Error(`agreement ${agreement.id} is concluded and has no signed version`);
    return { ...agreement, life };
  });
}

/** A concluded agreement by its life, without what its parties' screens show of it. */
export interface ConcludedLife {
  readonly id: string;
  readonly ordinal: number;
  readonly labelId: string;
  readonly platformId: string;
  readonly life: Life;
}

/** The concluded ones among these agreements, oldest first. */
export async function concludedLives(tx: Tx, agreementIds: readonly string[]): Promise<ConcludedLife[]> {
  const rows = await tx.rows<Omit<ConcludedLife, 'life'>>(
    `SELECT id, ordinal, label_id AS "labelId", platform_id AS "platformId" FROM agreements
      WHERE id = ANY ($1::uuid[]) AND concluded_at IS NOT NULL ORDER BY ordinal`,
    [agreementIds],
  );
  const lives = await livesOf(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...row, life: lives(row.id) }));
}

/** What was signed of these agreements and what happened to them; `read` are texts by their hashes that need not be read again. */
async function livesOf(
  tx: Tx,
  ids: readonly string[],
  read: ReadonlyMap<string, Terms> = new Map(),
): Promise<(id: string) => Life> {
  const versions = Map.groupBy(await signedTerms(tx, ids, read), ({ agreementId }) => agreementId);
  const facts = await factsOf(tx, ids);
  return (id) => ({ versions: (versions.get(id) ?? []).map(signedVersion), facts: facts.get(id) ?? [] });
}

/** The ids of all concluded agreements that the transaction may see, oldest first. */
export async function concludedIds(tx: Tx): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT id FROM agreements WHERE concluded_at IS NOT NULL ORDER BY ordinal',
  );
  return rows.map(({ id }) => id);
}

const signedVersion = ({ agreementId: _, ...version }: SignedTerms): SignedVersion => version;

interface FactRow {
  readonly agreement_id: string;
  readonly number: number;
  readonly fact: LifeEvent;
  readonly recorded_at: Date;
}

/** What happened to these agreements, by agreement, in the order of recording. */
export async function factsOf(tx: Tx, agreementIds: readonly string[]): Promise<Map<string, LifeFact[]>> {
  const rows = await tx.rows<FactRow>(
    often(`SELECT agreement_id, number, fact, recorded_at FROM agreement_facts
      WHERE agreement_id = ANY ($1::uuid[]) ORDER BY agreement_id, number`),
    [agreementIds],
  );
  const facts = new Map<string, LifeFact[]>();
  for (const { agreement_id: id, number, fact, recorded_at: recordedAt } of rows) {
    const own = facts.get(id) ?? [];
    facts.set(id, own);
    own.push({ ...fact, number, recordedAt });
  }
  return facts;
}

export interface NewFact {
  readonly fact: LifeFact;
  readonly by: string;
}

/** The caller holds the agreement's row, so numbers have no gaps. */
export async function insertFact(
  tx: Tx,
  { id, labelId, platformId }: Pick<AgreementWithTerms, 'id' | 'labelId' | 'platformId'>,
  { fact: { number, recordedAt, ...event }, by }: NewFact,
): Promise<void> {
  await tx.asSystem(() =>
    tx.run(
      `INSERT INTO agreement_facts (agreement_id, number, label_id, platform_id, kind, fact, recorded_by, recorded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, number, labelId, platformId, event.kind, JSON.stringify(event), by, recordedAt],
    ),
  );
}

/** Which party of the agreement an organization is. */
export const partyOf = ({ labelId }: Pick<AgreementWithTerms, 'labelId'>, organizationId: string): PartyName =>
  labelId === organizationId ? 'label' : 'platform';
