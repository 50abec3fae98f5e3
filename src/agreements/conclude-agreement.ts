import { Injectable } from '@nestjs/common';
import { dayInZone, firstTerms, openConditions, overtakenByWithdrawals } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { enqueue } from '../platform/jobs/jobs';
import { type AgreementWithTerms, getAgreement } from './agreements.repository';
import { uncontrolledTracks } from './control';
import { notOperable } from './pool-check';
import { getLiving, type LivingAgreement } from './life.repository';
import { documentsJob } from './make-documents';
import { OnAmended } from './on-amended';
import { OnConcluded } from './on-concluded';
import { type Recorded, recordLife, settleLife, tellBoth } from './record-life';
import { refuseUnlessRunning } from './running';
import { decideVersion, type VersionText } from './versions.repository';

/**
 * What the second signature brings about, all of it or nothing: the grants stand, money falls due, claims end. Refuses with
 * terms-not-operable, track-not-controlled, exclusive-grant-overlaps, an amendment also with agreement-not-running and amendment-not-possible, and what the listeners of OnConcluded or OnAmended refuse.
 */
@Injectable()
export class ConcludeAgreement {
  constructor(
    private readonly clock: Clock,
    private readonly onConcluded: OnConcluded,
    private readonly onAmended: OnAmended,
  ) {}

  async execute(tx: Tx, actor: Actor, agreement: AgreementWithTerms, version: VersionText): Promise<void> {
    const at = this.clock.now();
    // The last gate before money moves: what is signed must run.
    const cannotRun = await notOperable(tx, version.terms, agreement.id);
    if (cannotRun.length > 0) throw new DomainError('terms-not-operable', undefined, cannotRun);
    // Rights may have gone since the acceptance; a grant of what is no longer controlled must not come into force.
    const faults = await uncontrolledTracks(tx, version.terms);
    if (faults.length > 0) throw new DomainError('track-not-controlled', undefined, faults);
    const before = version.number === 1 ? undefined : await getLiving(tx, agreement.id);
    // It may have ended since the amendment was proposed.
    if (before !== undefined) {
      refuseUnlessRunning(before);
      const overtaken = overtakenByWithdrawals(before.life, version);
      if (overtaken.length > 0) throw new DomainError('amendment-not-possible', undefined, overtaken);
    }
    await decideVersion(tx, version, 'concluded', at);
    const job = { agreementId: version.agreementId, version: String(version.number) };
    await enqueue(tx, documentsJob, job, `${documentsJob} ${job.agreementId} ${job.version}`);
    if (before === undefined) await this.begin(tx, actor, agreement, at);
    else await this.amend(tx, actor, { agreement: before, version, at });
  }

  private async begin(tx: Tx, actor: Actor, agreement: AgreementWithTerms, at: Date): Promise<void> {
    const { id, labelId, platformId, currency, timeZone, termsHash, terms, paidElsewhere } = agreement;
    const inForce = terms.term;
    await tx.run(`UPDATE agreements SET state = 'concluded', concluded_at = $2 WHERE id = $1`, [id, at]);
    const living = await settleLife(tx, await getLiving(tx, id), at);
    const concluded = {
      id,
      labelId,
      platformId,
      currency,
      timeZone,
      inForce,
      termsHash,
      concludedAt: at,
      paidElsewhere: paidElsewhere ?? [],
      signedBy: actor,
    };
    await this.onConcluded.run(tx, concluded, terms);
    await tellBoth(tx, living, { topic: 'agreement.concluded', fact: { termsHash }, by: actor, at });
    // A listener may have met conditions already; what is left to wait for is asked of the agreement as it is now.
    await activateWhenReady(tx, await getLiving(tx, id), { by: actor, at });
  }

  private async amend(
    tx: Tx,
    actor: Actor,
    { agreement, version, at }: { agreement: LivingAgreement; version: VersionText; at: Date },
  ): Promise<void> {
    const { id } = agreement;
    await tx.run('UPDATE agreements SET version = $2 WHERE id = $1', [id, version.number]);
    const { life } = await getLiving(tx, id);
    const amended = await settleLife(tx, { ...(await getAgreement(tx, id)), life }, at);
    const before = agreement.terms;
    await this.onAmended.run(tx, {
      agreement: amended,
      before,
      effectiveFrom: version.effectiveFrom,
      signedBy: actor,
      at,
    });
    const { number, effectiveFrom, termsHash } = version;
    const fact = { version: number, effectiveFrom, termsHash };
    await tellBoth(tx, amended, { topic: 'agreement.amended', fact, by: actor, at });
  }
}

/** With the last condition met the licence begins: on its first day, or on this one where that is past; without conditions on its first day. */
export async function activateWhenReady(
  tx: Tx,
  agreement: LivingAgreement,
  { by, at }: Recorded,
): Promise<LivingAgreement> {
  if (agreement.state !== 'concluded' || openConditions(agreement.life).length > 0) return agreement;
  const { term, conditions = [] } = firstTerms(agreement.life);
  const today = dayInZone(at, agreement.timeZone);
  const from = conditions.length === 0 || today < term.from ? term.from : today;
  return recordLife(tx, agreement, [{ kind: 'activated', from }], { by, at });
}
