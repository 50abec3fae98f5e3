import { type Life, type LifeEvent, type LifeFact, type PartyName, type SignedVersion } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { type AgreementWithTerms, getAgreement, getAgreementForUpdate } from './agreements.repository';
import { concludedVersions } from './versions.repository';

/** A signed agreement with all that was signed of it and all that happened to it. */
export interface LivingAgreement extends AgreementWithTerms {
  readonly life: Life;
}

/** Refuses with not-found, and with agreement-not-concluded while signatures are missing. */
export const getLiving = async (tx: Tx, id: string): Promise<LivingAgreement> => living(tx, await getAgreement(tx, id));

/** As getLiving, and nobody else decides on it until the transaction ends. */
export const getLivingForUpdate = async (tx: Tx, id: string): Promise<LivingAgreement> =>
  living(tx, await getAgreementForUpdate(tx, id));

async function living(tx: Tx, agreement: AgreementWithTerms): Promise<LivingAgreement> {
  if (agreement.concludedAt === null) throw new DomainError('agreement-not-concluded');
  const [life] = await livesOf(tx, [agreement.id]);
  if (life === undefined) throw new Error(`agreement ${agreement.id} is concluded and has no signed version`);
  return { ...agreement, life: life.life };
}

/** Whatever two parties ever concluded, oldest first. */
export async function concludedAgreementsBetween(
  tx: Tx,
  labelId: string,
  platformId: string,
): Promise<LivingAgreement[]> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT id FROM agreements WHERE label_id = $1 AND platform_id = $2 AND concluded_at IS NOT NULL ORDER BY ordinal',
    [labelId, platformId],
  );
  const agreements: LivingAgreement[] = [];
  for (const { id } of rows) agreements.push(await getLiving(tx, id));
  return agreements;
}

export interface LifeOf {
  readonly agreementId: string;
  readonly life: Life;
}

/** The lives of several agreements: two statements, however many they are. */
export async function livesOf(tx: Tx, agreementIds: readonly string[]): Promise<LifeOf[]> {
  const versions = await concludedVersions(tx, agreementIds);
  const facts = await factsOf(tx, agreementIds);
  return [...Map.groupBy(versions, ({ agreementId }) => agreementId)].map(([agreementId, own]) => ({
    agreementId,
    life: { versions: own.map(signedVersion), facts: facts.get(agreementId) ?? [] },
  }));
}

const signedVersion = ({
  number,
  effectiveFrom,
  decidedAt,
  terms,
}: Awaited<ReturnType<typeof concludedVersions>>[number]): SignedVersion => {
  if (decidedAt === null) throw new Error('a concluded version was never decided');
  return { number, effectiveFrom, concludedAt: decidedAt, terms };
};

interface FactRow {
  readonly agreement_id: string;
  readonly number: number;
  readonly fact: LifeEvent;
  readonly recorded_at: Date;
}

/** What happened to these agreements, by agreement, in the order of recording. */
export async function factsOf(tx: Tx, agreementIds: readonly string[]): Promise<Map<string, LifeFact[]>> {
  const rows = await tx.rows<FactRow>(
    `SELECT agreement_id, number, fact, recorded_at FROM agreement_facts
      WHERE agreement_id = ANY ($1::uuid[]) ORDER BY agreement_id, number`,
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
