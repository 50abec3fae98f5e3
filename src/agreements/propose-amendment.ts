import { Injectable } from '@nestjs/common';
import { amendmentFaults, type Fault, readTerms, type Terms, termsToAmend } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { DayField, JsonField, TextField, TextsField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { uncontrolledTracks } from './control';
import { dayOf } from './day-of';
import { notOperable } from './pool-check';
import { getLivingForUpdate, type LivingAgreement } from './life.repository';
import { refuseUnlessRunning } from './running';
import { decideVersion, getVersion, insertVersion, listVersions, type VersionText } from './versions.repository';

export class AmendmentBody {
  @DayField({ description: 'the first day of the amended terms: the first of a month', example: '2026-07-01' })
  readonly effectiveFrom!: string;

  @TextField({ min: 3, max: 2000, example: 'Twelve tracks of the new album join.' })
  readonly reason!: string;

  @JsonField({ optional: true, description: 'the whole terms as they shall read; or name what changes below' })
  readonly terms?: Record<string, unknown>;

  @TextsField({ optional: true, max: 50_000, description: 'ISRCs that join' })
  readonly addTracks?: string[];

  @TextsField({ optional: true, max: 50_000, description: 'ISRCs that leave' })
  readonly removeTracks?: string[];

  @DayField({ optional: true, description: 'the new end of the term: the first day that is no longer licensed' })
  readonly until?: string;
}

/** Amendments: proposed by one party, signed by both like the agreement itself. One waits at a time. */
@Injectable()
export class ProposeAmendment {
  constructor(private readonly clock: Clock) {}

  /**
   * Gives the number of the version that waits for signatures. Refuses with agreement-not-running, amendment-open, terms-invalid,
   * amendment-not-possible, terms-not-operable, track-not-controlled.
   */
  async execute(tx: Tx, actor: Actor, agreementId: string, body: AmendmentBody): Promise<number> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    refuseUnlessRunning(agreement);
    const versions = await listVersions(tx, agreementId);
    if (versions.some(({ state }) => state === 'awaiting-signatures')) throw new DomainError('amendment-open');
    const effectiveFrom = dayOf(body.effectiveFrom, '/effectiveFrom');
    const before = termsToAmend(agreement.life, effectiveFrom);
    const terms = amendedTerms(before, body);
    const last = agreement.life.versions.at(-1);
    const notBefore = last?.effectiveFrom ?? before.term.from;
    refuse('amendment-not-possible', amendmentFaults({ before, after: terms, effectiveFrom, notBefore }));
    refuse('terms-not-operable', await notOperable(tx, terms, agreementId));
    // A platform could read the label's rights from these faults, one guess at a time.
    const isLabel = actor.organizationId === agreement.labelId;
    if (isLabel) refuse('track-not-controlled', await uncontrolledTracks(tx, terms));

    const at = this.clock.now();
    const number = Math.max(...versions.map((version) => version.number)) + 1;
    const { signedHash: previous } = await getVersion(tx, agreementId, last?.number ?? 1);
    const origin = { kind: 'amendment' } as const;
    const manifestHash = await insertVersion(tx, {
      ...{ agreementId, number, previous, effectiveFrom, terms, origin, reason: body.reason, at },
      proposedBy: actor.organizationId,
    });
    await tell(tx, actor, agreement, {
      topic: 'amendment.proposed',
      fact: { version: number, effectiveFrom, manifestHash },
      at,
    });
    return number;
  }

  /** Whoever proposed an amendment takes it back; the other party refuses it. Refuses with not-found or agreement-not-open-for-signature. */
  async giveUp(tx: Tx, actor: Actor, agreementId: string, number: number): Promise<void> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const version: VersionText = await getVersion(tx, agreementId, number);
    if (version.state !== 'awaiting-signatures') throw new DomainError('agreement-not-open-for-signature');
    const state = version.proposedBy === actor.organizationId ? 'withdrawn' : 'refused';
    const at = this.clock.now();
    await decideVersion(tx, version, state, at);
    await tell(tx, actor, agreement, { topic: `amendment.${state}`, fact: { version: number }, at });
  }
}

function amendedTerms(base: Terms, { terms: written, addTracks = [], removeTracks = [], until }: AmendmentBody): Terms {
  const named = addTracks.length > 0 || removeTracks.length > 0 || until !== undefined;
  if (named === (written !== undefined)) {
    refuse('request-invalid', [
      {
        pointer: '/terms',
        code: 'field-required',
        message: 'send either the whole terms, or what changes: addTracks, removeTracks, until',
      },
    ]);
  }
  const leaving = new Set(removeTracks);
  const listed = new Set(base.repertoire.isrcs);
  const unknown = removeTracks.filter((isrc) => !listed.has(isrc));
  refuse(
    'amendment-not-possible',
    unknown.map((isrc) => ({
      pointer: '/removeTracks',
      code: 'amendment-not-possible',
      message: `${isrc} is not licensed`,
    })),
  );
  const isrcs = [...base.repertoire.isrcs.filter((isrc) => !leaving.has(isrc)), ...addTracks];
  const changed = {
    ...base,
    repertoire: { kind: 'list', isrcs },
    term: { ...base.term, until: until ?? base.term.until },
  };
  const reading = readTerms(written ?? changed);
  if ('faults' in reading) throw new DomainError('terms-invalid', undefined, reading.faults);
  return reading.terms;
}

function refuse(code: ConstructorParameters<typeof DomainError>[0], faults: readonly Fault[]): void {
  if (faults.length > 0) throw new DomainError(code, undefined, faults);
}

async function tell(
  tx: Tx,
  actor: Actor,
  { id, labelId, platformId }: LivingAgreement,
  { topic, fact, at }: { topic: string; fact: object; at: Date },
): Promise<void> {
  await audit(tx, actor, { action: topic, subjectId: id, details: fact, at });
  await publish(tx, { to: [labelId, platformId], topic, subjectId: id, payload: fact, at });
}
