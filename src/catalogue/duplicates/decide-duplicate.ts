import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { takeTurnOrRefuse } from '../imports/turn';
import { ownRecordings } from '../isrc-list';
import type { Recording } from '../recordings.repository';
import {
  type DuplicateDecision,
  insertDecision,
  type Suspicion,
  suspicionOf,
  writeValues,
} from './duplicates.repository';
import { type Changes, changesBetween, type MergedField, mergedValues, valuesOf } from './merge';

export const duplicateDecisions = ['accepted', 'dismissed'] as const;

export interface Deciding {
  /** The one that stays, where they are one. */
  readonly isrc: string;
  readonly otherIsrc: string;
  readonly decision: (typeof duplicateDecisions)[number];
  /** Of what the other says, what is to be said of the one that stays. */
  readonly take?: readonly MergedField[] | undefined;
}

/**
 * Keeps what a person decided about two recordings that may be one. Accepted: the one that stays is told as proposed, the other becomes a version of it that is the same recording.
 * No ISRC is deleted, and nothing else about either changes. Refuses with request-invalid, recording-unknown, duplicate-state where they are not suspected (any more), and
 * idempotency-key-in-use while an import of the label runs.
 */
@Injectable()
export class DecideDuplicate {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, deciding: Deciding): Promise<DuplicateDecision> {
    const { isrc, otherIsrc, decision, take } = deciding;
    refuseFaults(deciding);
    const { organizationId: ownerId } = actor;
    const isrcs = [isrc, otherIsrc] as const;
    await takeTurnOrRefuse(tx, ownerId);
    const recordings = await ownRecordings(tx, ownerId, isrcs, (place) => (place === 0 ? '/isrc' : '/otherIsrc'));
    const { grounds } = await this.suspicion(tx, ownerId, deciding);
    const at = this.clock.now();
    const of = (wanted: string): Recording => recordings.find((recording) => recording.isrc === wanted)!;
    const changes =
      decision === 'accepted' ? await merge(tx, { stays: of(isrc), other: of(otherIsrc), take, at }) : null;
    const stays = changes === null ? null : isrc;
    const decided = await insertDecision(tx, ownerId, { isrcs, grounds, stays, changes, madeBy: actorName(actor), at });
    await audit(tx, actor, {
      action: `duplicate.${decision}`,
      subjectId: decided.id,
      details: { isrc, otherIsrc },
      at,
    });
    return decided;
  }

  private async suspicion(tx: Tx, ownerId: string, { isrc, otherIsrc, decision }: Deciding): Promise<Suspicion> {
    const suspicion = await suspicionOf(tx, ownerId, [isrc, otherIsrc]);
    if (suspicion === undefined) throw new DomainError('duplicate-state');
    if (decision === 'accepted' && suspicion.isVersion)
      throw new DomainError('duplicate-state', 'one is a version of the other, directly or through others');
    if (decision === 'dismissed' && suspicion.isDismissed)
      throw new DomainError('duplicate-state', 'it was decided already that they are two recordings');
    return suspicion;
  }
}

interface Merging {
  readonly stays: Recording;
  readonly other: Recording;
  readonly take: readonly MergedField[] | undefined;
  readonly at: Date;
}

async function merge(tx: Tx, { stays, other, take, at }: Merging): Promise<Record<string, Changes>> {
  const { isrc } = stays;
  const after = mergedValues(valuesOf(stays), valuesOf(other), take);
  const lost = other.parent_isrc !== null && other.parent_isrc !== isrc && other.parent_isrc !== after.parent?.isrc;
  if (lost)
    throw new DomainError(
      'duplicate-state',
      `${other.isrc} has a parent that would be lost: state it of ${isrc}, or take it`,
    );
  const otherAfter = { ...valuesOf(other), parent: { isrc, kind: 'same-recording' as const } };
  await writeValues(tx, stays, after, at);
  await writeValues(tx, other, otherAfter, at);
  return {
    [isrc]: changesBetween(valuesOf(stays), after),
    [other.isrc]: changesBetween(valuesOf(other), otherAfter),
  };
}

/** Who dismisses takes nothing. */
export const takenFaults = ({ decision, take }: Pick<Deciding, 'decision' | 'take'>): Fault[] =>
  decision === 'dismissed' && take !== undefined
    ? [{ pointer: '/take', code: 'field-in', message: 'nothing is merged of what is dismissed' }]
    : [];

function refuseFaults({ isrc, otherIsrc, decision, take }: Deciding): void {
  const faults = [
    ...(isrc === otherIsrc
      ? [{ pointer: '/otherIsrc', code: 'field-array-unique', message: 'is the same as isrc' }]
      : []),
    ...takenFaults({ decision, take }),
  ];
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
