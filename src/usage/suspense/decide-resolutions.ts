import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween, partiesOf } from '../../agreements';
import { at as pointerAt } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { enqueue } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { lockReadings } from '../book-reading';
import { readAgainAfter } from './ask-to-read-again';
import { agreedBetween, type Agreed } from './agreed';
import type { DecisionsBody, ResolutionsBody } from './resolutions.body';
import { findResolutions, insertFacts, insertResolutions, type Resolution } from './resolutions.repository';

/** Resolutions between two parties: one proposes, the other decides. They move money, so nobody does both. */
@Injectable()
export class DecideResolutions {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found or usage-resolution-invalid, all faults at once. */
  async propose(tx: Tx, actor: Actor, { counterpartyId, resolutions }: ResolutionsBody): Promise<Resolution[]> {
    const parties = await partiesOf(tx, actor, counterpartyId);
    const agreed = agreedBetween(await concludedAgreementsBetween(tx, parties.labelId, parties.platformId));
    const faults = faultsOf(resolutions, agreed);
    if (faults.length > 0) throw new DomainError('usage-resolution-invalid', undefined, faults);
    const at = this.clock.now();
    const proposal = { ...parties, proposedBy: actor.organizationId, madeBy: actorName(actor), at };
    const rows = resolutions.map(({ serviceId = null, months = null, ...rest }) => ({ ...rest, serviceId, months }));
    const ids = await insertResolutions(tx, proposal, rows);
    await this.tell(tx, actor, { ...parties, kind: 'proposed', ids, at });
    return findResolutions(tx, ids);
  }

  /** Accepts, declines or withdraws all of them or none. Refuses with not-found or usage-resolution-state. */
  async decide(tx: Tx, actor: Actor, { ids, decision, reason }: DecisionsBody): Promise<Resolution[]> {
    const found = await findResolutions(tx, ids);
    if (found.length < ids.length) throw new DomainError('not-found', 'you are no party to one of these resolutions');
    // In one order, so that two who decide about several counterparties' wait for each other and not both.
    const pairs = new Map(found.map((each) => [`${each.label_id} ${each.platform_id}`, each]));
    for (const [, { label_id: labelId, platform_id: platformId }] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await lockReadings(tx, { labelId, platformId });
    }
    const now = await findResolutions(tx, ids);
    const faults = now.flatMap((each) => (mayDecide(each, actor, decision) ? [] : [stateFault(ids, each, decision)]));
    if (faults.length > 0) throw new DomainError('usage-resolution-state', undefined, faults);
    const at = this.clock.now();
    const { organizationId } = actor;
    await insertFacts(tx, ids, {
      kind: decision,
      organizationId,
      reason: reason ?? null,
      madeBy: actorName(actor),
      at,
    });
    for (const [, { label_id: labelId, platform_id: platformId }] of pairs) {
      const own = now.filter((each) => each.label_id === labelId && each.platform_id === platformId);
      await this.tell(tx, actor, { labelId, platformId, kind: decision, ids: own.map(({ id }) => id), at });
    }
    const decided = await findResolutions(tx, ids);
    const before = new Map(now.map((each) => [each.id, each.state]));
    await this.apply(
      tx,
      decided.filter(({ id, state }) => [state, before.get(id)].includes('accepted') && state !== before.get(id)),
      at,
    );
    return decided;
  }

  /** What came to hold, or holds no more: reports are read again, and held events looked at. */
  private async apply(tx: Tx, changed: readonly Resolution[], at: Date): Promise<void> {
    if (changed.length === 0) return;
    await readAgainAfter(
      tx,
      changed.map(({ id }) => id),
      at,
    );
    for (const own of Map.groupBy(changed, (each) => `${each.label_id} ${each.platform_id}`).values()) {
      const { label_id, platform_id } = own[0]!;
      for (const agreement of await concludedAgreementsBetween(tx, label_id, platform_id)) {
        const { id } = agreement;
        const { isrcs } = agreedBetween([agreement]);
        if (own.some(({ isrc }) => isrcs.has(isrc))) {
          await enqueue(tx, 'match-held-events', { agreementId: id }, `match-held-events ${id}`);
        }
      }
    }
  }

  private async tell(tx: Tx, actor: Actor, told: Told): Promise<void> {
    const { labelId, platformId, kind, ids, at } = told;
    const counterparty = actor.organizationId === labelId ? platformId : labelId;
    const action = `usage-resolution.${kind}`;
    await audit(tx, actor, { action, subjectId: counterparty, details: { resolutions: ids }, at });
    const payload = { resolutions: ids.length };
    await publish(tx, { to: [labelId, platformId], topic: action, subjectId: ids[0]!, payload, at });
  }
}

interface Told {
  readonly labelId: string;
  readonly platformId: string;
  readonly kind: 'proposed' | 'accepted' | 'declined' | 'withdrawn';
  readonly ids: readonly string[];
  readonly at: Date;
}

function mayDecide(
  { state, proposed_by, withdrawal_asked_by }: Resolution,
  { organizationId }: Actor,
  decision: DecisionsBody['decision'],
): boolean {
  const isOwn = proposed_by === organizationId;
  if (decision !== 'withdrawn') return state === 'proposed' && !isOwn;
  return (state === 'proposed' && isOwn) || (state === 'accepted' && withdrawal_asked_by !== organizationId);
}

const stateFault = (ids: readonly string[], { id, state }: Resolution, decision: string): Fault => ({
  pointer: `/ids/${ids.indexOf(id)}`,
  code: 'usage-resolution-state',
  message: `it is ${state}, and cannot be ${decision} by you`,
});

function faultsOf(resolutions: ResolutionsBody['resolutions'], { isrcs, serviceIds }: Agreed): Fault[] {
  const faults: Fault[] = [];
  const known = new Set<string>();
  resolutions.forEach(({ reportedIsrc, isrc, serviceId }, place) => {
    const pointer = pointerAt('/resolutions', String(place));
    const add = (member: string, code: string, message: string): void =>
      void faults.push({ pointer: `${pointer}/${member}`, code, message });
    if (!isrcs.has(isrc)) add('isrc', 'isrc-not-agreed', 'no agreement between you names this recording');
    if (isrcs.has(reportedIsrc)) {
      add('reportedIsrc', 'isrc-agreed', 'an agreement between you names this recording: what is reported as it is it');
    }
    if (serviceId !== undefined && !serviceIds.has(serviceId)) {
      add('serviceId', 'service-unknown', 'no agreement between you is about this service');
    }
    const key = `${reportedIsrc} ${serviceId ?? ''}`;
    if (known.has(key)) add('reportedIsrc', 'resolution-repeated', 'it is resolved twice here');
    known.add(key);
  });
  return faults;
}
