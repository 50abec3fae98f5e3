import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { type AgreementWithTerms, markConcluded } from './agreements.repository';
import { uncontrolledTracks } from './control';
import { insertGrants } from './grants.repository';
import { inoperable } from './inoperable';
import { OnConcluded } from './on-concluded';

/**
 * What the second signature brings about, all of it or nothing: the grants stand, money falls due, claims end. Refuses with
 * terms-not-operable, track-not-controlled, exclusive-grant-overlaps, and what the listeners of OnConcluded refuse.
 */
@Injectable()
export class ConcludeAgreement {
  constructor(
    private readonly clock: Clock,
    private readonly onConcluded: OnConcluded,
  ) {}

  async execute(tx: Tx, actor: Actor, agreement: AgreementWithTerms): Promise<void> {
    const { id, labelId, platformId, currency, timeZone, inForce, termsHash, terms } = agreement;
    const at = this.clock.now();
    // The last gate before money moves: what is signed must run.
    const notOperable = inoperable(terms);
    if (notOperable.length > 0) throw new DomainError('terms-not-operable', undefined, notOperable);
    // Rights may have gone since the acceptance; a grant of what is no longer controlled must not come into force.
    const faults = await uncontrolledTracks(tx, terms);
    if (faults.length > 0) throw new DomainError('track-not-controlled', undefined, faults);
    await markConcluded(tx, id, at);
    await insertGrants(tx, id, terms);
    const parties = { labelId, platformId };
    const concluded = { id, ...parties, currency, timeZone, inForce, termsHash, concludedAt: at, signedBy: actor };
    await this.onConcluded.run(tx, concluded, terms);
    await this.record(tx, actor, agreement, at);
  }

  /** Both parties' trails and feeds tell the conclusion, whoever signed second. */
  private async record(tx: Tx, actor: Actor, agreement: AgreementWithTerms, at: Date): Promise<void> {
    const { id, labelId, platformId, termsHash } = agreement;
    const entry = { action: 'agreement.concluded', subjectId: id, details: { termsHash }, at };
    await audit(tx, actor, entry);
    const organizationId = actor.organizationId === labelId ? platformId : labelId;
    await tx.asSystem(() => audit(tx, { system: 'agreements', organizationId }, entry));
    const to = [labelId, platformId];
    await publish(tx, { to, topic: 'agreement.concluded', subjectId: id, payload: { termsHash }, at });
  }
}
