import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { takeTurnOrRefuse } from '../imports/turn';
import { ownRecordings } from '../isrc-list';
import { type duplicateDecisions, takenFaults } from './decide-duplicate';
import { writeValues } from './duplicates.repository';
import { changesBetween, type MergedField, mergedValues, valuesOf } from './merge';
import { insertTellingDecision, openTelling, type TellingDecision, toldOf, toldValues } from './tellings.repository';

export interface DecidingTelling {
  readonly isrc: string;
  /** The sender who told it differently before. */
  readonly toldBy: string;
  readonly decision: (typeof duplicateDecisions)[number];
  /** Of what that one told, what the recording is to be told as. */
  readonly take?: readonly MergedField[] | undefined;
}

/**
 * Keeps what a person decided about a recording that two senders tell differently: accepted, it is told as proposed until either tells of it anew; dismissed, it stays as it is. Refuses with request-invalid, recording-unknown, and
 * duplicate-state where that sender told nothing else, or it was decided, and idempotency-key-in-use while an import of the label runs.
 */
@Injectable()
export class DecideTelling {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, deciding: DecidingTelling): Promise<TellingDecision> {
    const { isrc, toldBy, decision, take } = deciding;
    const faults = takenFaults(deciding);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const { organizationId: ownerId } = actor;
    await takeTurnOrRefuse(tx, ownerId);
    const [recording] = await ownRecordings(tx, ownerId, [isrc], () => '/isrc');
    const telling = await openTelling(tx, ownerId, isrc, toldBy);
    if (telling === undefined) throw new DomainError('duplicate-state', 'that sender tells nothing else of it');
    const at = this.clock.now();
    const before = valuesOf(recording!);
    const { told } = telling;
    const isAccepted = decision === 'accepted';
    const after = isAccepted ? mergedValues(before, toldValues(told, before.parent), take) : before;
    if (isAccepted) await writeValues(tx, recording!, after, at);
    const changes = isAccepted ? changesBetween(before, after) : null;
    const made = { isrc, toldBy, told, kept: toldOf(after), changes, madeBy: actorName(actor), at };
    const decided = await insertTellingDecision(tx, ownerId, made);
    const details = { isrc, toldBy };
    await audit(tx, actor, { action: `recording-telling.${decision}`, subjectId: decided.id, details, at });
    return decided;
  }
}
