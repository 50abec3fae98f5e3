import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { TallyWake } from '../alerts/wake';
import type { NamedEvent } from './event-names';
import { drawPosition, findEvents } from './events.repository';
import { eventsMax, TakeEvents } from './take-events';
import { fault, readUsageEvent } from './usage-event';
import type { EventName, EventsWanted, VoidBody } from './voids.body';
import { insertVoid, lockVoids, voidNamed, voidWanted, type EventVoid } from './voids.repository';

/**
 * Takes events back, by their ids or by what they are of, and puts others in their place where there are any: a new fact each, in one
 * transaction, and the events stay as they came. What is void already stays void and is not counted again. Refuses with
 * usage-event-unknown, usage-event-invalid, usage-event-differs or request-invalid.
 */
@Injectable()
export class VoidEvents {
  constructor(
    private readonly clock: Clock,
    private readonly takeEvents: TakeEvents,
    private readonly wake: TallyWake,
  ) {}

  async execute(tx: Tx, actor: Actor, body: VoidBody): Promise<EventVoid> {
    refuseUnlessOne(body);
    return this.make(tx, actor, body);
  }

  /** All events that a kept file names, or none. */
  byFile(
    tx: Tx,
    actor: Actor,
    {
      reason,
      sha256,
      names,
    }: { readonly reason: string; readonly sha256: string; readonly names: readonly NamedEvent[] },
  ): Promise<EventVoid> {
    return this.make(tx, actor, { reason, events: names, file: sha256 });
  }

  private async make(tx: Tx, actor: Actor, body: VoidOrder): Promise<EventVoid> {
    const at = this.clock.now();
    const { organizationId: platformId } = actor;
    if (body.events) await refuseUnknown(tx, platformId, body.events);
    const kept = await tx.asSystem(async () => {
      await lockVoids(tx, platformId);
      const position = await drawPosition(tx, platformId);
      const { id } = await tx.one<{ id: string }>('SELECT gen_random_uuid() AS id');
      const within = { platformId, voidId: id, position };
      const { events, labelIds } = body.events
        ? await voidNamed(tx, within, body.events)
        : await voidWanted(tx, within, body.query as EventsWanted);
      return insertVoid(tx, within, {
        labelIds,
        reason: body.reason,
        query: body.query ?? (body.file === undefined ? null : { file: body.file }),
        events,
        replacements: body.replacements?.length ?? 0,
        by: actorName(actor),
        at,
      });
    });
    if (body.replacements) await this.replace(tx, actor, body.replacements);
    await this.wake.ask(tx, platformId);
    const details = { events: String(kept.events), replacements: String(kept.replacements) };
    await audit(tx, actor, { action: 'usage-events.voided', subjectId: kept.id, details, at });
    const to = [platformId, ...kept.label_ids];
    await publish(tx, { to, topic: 'usage-events.voided', subjectId: kept.id, payload: details, at });
    return kept;
  }

  /** All of them or none: half a replacement would count less than either. */
  private async replace(tx: Tx, actor: Actor, events: readonly object[]): Promise<void> {
    const answers = await this.takeEvents.within(tx, actor, events.map(readUsageEvent));
    const faults = answers.flatMap((answer, at): Fault[] => {
      const pointer = `/replacements/${at}`;
      if (answer.outcome === 'rejected') {
        return answer.faults.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }));
      }
      if (answer.outcome === 'accepted') return [];
      return [fault(`${pointer}/id`, 'event-already-sent', 'a replacement has an id of its own')];
    });
    if (faults.length > 0) throw new DomainError('usage-event-invalid', undefined, faults.slice(0, 100));
  }
}

interface VoidOrder extends Pick<VoidBody, 'reason' | 'query' | 'replacements'> {
  readonly events?: readonly (EventName | NamedEvent)[];
  /** Hash of the file that names the events. */
  readonly file?: string;
}

function refuseUnlessOne({ events, query }: VoidBody): void {
  if ((events === undefined) !== (query === undefined)) {
    if (query?.from === undefined || query.until === undefined || Date.parse(query.from) < Date.parse(query.until))
      return;
    throw new DomainError('request-invalid', undefined, [
      fault('/query/until', 'field-order', 'until must be after from'),
    ]);
  }
  throw new DomainError('request-invalid', undefined, [
    fault('/events', 'field-one-of', 'name either events or a query'),
  ]);
}

async function refuseUnknown(tx: Tx, platformId: string, names: readonly (EventName | NamedEvent)[]): Promise<void> {
  const found = await findEvents(tx, platformId, names);
  const known = new Set(found.map(({ event }) => `${event.source}\n${event.id}`));
  const faults = names.flatMap((name, at) => {
    if (known.has(`${name.source}\n${name.id}`)) return [];
    const pointer = 'line' in name ? `/lines/${name.line}` : `/events/${at}`;
    return [fault(pointer, 'usage-event-unknown', 'you sent no such event')];
  });
  if (faults.length > 0) throw new DomainError('usage-event-unknown', undefined, faults.slice(0, eventsMax));
}
