import { Injectable } from '@nestjs/common';
import { concludedAgreementsOf, getLiving, type LivingAgreement } from '../../agreements';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { arrayText } from '../../platform/database/array-text';
import { Database } from '../../platform/database/database';
import { often, type Tx } from '../../platform/database/tx';
import type { JobPayload } from '../../platform/jobs/jobs';
import { TallyWake } from '../alerts/wake';
import { agreedBetween } from '../suspense/agreed';
import { acceptedResolutions, type Resolution } from '../suspense/resolutions.repository';
import { type EventMatcher, type Licensed, saleUntold } from './event-matcher';
import { insertMovements, sharedOf } from './event-shares';
import { drawPosition, eventOf, type EventRow, foldInto } from './events.repository';
import { matcherOf } from './platform-grants';
import type { UsageEvent } from './usage-event';
import { lockVoids } from './voids.repository';

/** Held events looked at in one transaction. */
const batchMax = 10_000;

/**
 * Lets held events count for an agreement that covers them by now: signed or amended since, or resumed, or both parties say which recording they
 * are of. Each match is a new fact, once for ever; the event stays as it came. Killed anywhere it goes on where it was; run twice it changes nothing.
 */
@Injectable()
export class MatchHeldEvents {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly wake: TallyWake,
  ) {}

  /** Whether any is held that execute would look at: cheap, and no lock is taken. */
  async hasAny(tx: Tx, agreement: LivingAgreement): Promise<boolean> {
    const { isrcs } = await ofAgreement(tx, agreement);
    return anyHeld(tx, agreement.platformId, isrcs);
  }

  async execute({ agreementId = '' }: JobPayload): Promise<void> {
    let after: Pick<UsageEvent, 'source' | 'id'> | undefined = { source: '', id: '' };
    while (after !== undefined) {
      const from: Pick<UsageEvent, 'source' | 'id'> = after;
      after = await this.database.asSystem((tx) => this.batch(tx, agreementId, from));
    }
  }

  /** Looks at the next held events of the agreement's recordings; the last one's name, or undefined at the end. */
  private async batch(
    tx: Tx,
    agreementId: string,
    after: Pick<UsageEvent, 'source' | 'id'>,
  ): Promise<Pick<UsageEvent, 'source' | 'id'> | undefined> {
    const agreement = await getLiving(tx, agreementId);
    const { platformId, labelId } = agreement;
    const { resolutions, isrcs } = await ofAgreement(tx, agreement);
    if (!(await anyHeld(tx, platformId, isrcs))) return undefined;
    await lockVoids(tx, platformId);
    const held = await heldAfter(tx, platformId, isrcs, after);
    const ofPlatform = await concludedAgreementsOf(tx, platformId);
    // What any agreement between the two names speaks for itself, as in reports.
    const { isrcs: agreed } = agreedBetween(ofPlatform.filter((each) => each.labelId === labelId));
    // Another agreement that is older may cover an event as well: then it counts there.
    const matcher = await matcherOf(tx, ofPlatform);
    const covered = held.flatMap((event): Covered[] => {
      const match = matcher.match(event);
      if (match.held === null) return isOwn(match, event, agreementId) ? [{ event, match, isrc: null }] : [];
      const resolved = agreed.has(event.isrc) ? undefined : resolvedMatch(event, resolutions, matcher);
      return resolved && isOwn(resolved.match, event, agreementId) ? [{ event, ...resolved }] : [];
    });
    if (covered.length > 0) {
      const position = await drawPosition(tx, platformId);
      await insertMatches(tx, { platformId, labelId, agreementId, position }, covered);
      await insertMovements(tx, platformId, sharedOf(covered));
      const details = { agreement: agreementId, events: covered.length };
      const by = { system: 'match-held-events', organizationId: platformId };
      await audit(tx, by, { action: 'usage-events.matched', subjectId: agreementId, details, at: this.clock.now() });
      // Last: where no tally waits, whoever asks after this waits for the commit.
      await this.wake.ask(tx, platformId);
    }
    return held.length < batchMax ? undefined : held.at(-1);
  }
}

/** By which recordings events may be the agreement's: those of its own texts, and those that were resolved to some. */
async function ofAgreement(
  tx: Tx,
  agreement: LivingAgreement,
): Promise<{ readonly resolutions: readonly Resolution[]; readonly isrcs: readonly string[] }> {
  const resolutions = await acceptedResolutions(tx, agreement);
  const own = agreedBetween([agreement]).isrcs;
  return { resolutions, isrcs: [...new Set([...own, ...resolutions.map(({ reported_isrc }) => reported_isrc)])] };
}

/** An event that does not tell what it was sold for, where it would be paid by that, stays held: its month could not be closed with it. */
const isOwn = (match: Licensed, event: UsageEvent, agreementId: string): boolean =>
  match.agreementId === agreementId && saleUntold(match, event) === undefined;

/** A held event that counts from now on, for another recording than it names where a resolution says so. */
interface Covered {
  readonly event: UsageEvent;
  readonly match: Licensed;
  readonly isrc: string | null;
}

/** Where an event counts as what it was resolved to. Of two resolutions the one that was accepted later holds. */
function resolvedMatch(
  event: UsageEvent,
  resolutions: readonly Resolution[],
  matcher: EventMatcher,
): { match: Licensed; isrc: string } | undefined {
  for (const { reported_isrc, isrc, service_id, months } of resolutions.toReversed()) {
    if (reported_isrc !== event.isrc || (service_id ?? event.serviceId) !== event.serviceId) continue;
    const match = matcher.match({ ...event, isrc });
    if (match.held === null && (months === null || months.includes(match.month.slice(0, 7)))) return { match, isrc };
  }
  return undefined;
}

const waiting = `
  FROM usage_events e
 WHERE e.platform_id = $1 AND e.held IS NOT NULL AND e.isrc = ANY ($2::bpchar[])
   AND NOT EXISTS (SELECT FROM usage_event_matches m WHERE m.platform_id = e.platform_id AND m.source = e.source AND m.id = e.id)
   AND NOT EXISTS (SELECT FROM voided_usage_events v WHERE v.platform_id = e.platform_id AND v.source = e.source AND v.id = e.id)`;

const isAnyWaiting = often(`SELECT EXISTS (SELECT ${waiting}) AS any`);

async function anyHeld(tx: Tx, platformId: string, isrcs: readonly string[]): Promise<boolean> {
  const { any } = await tx.one<{ any: boolean }>(isAnyWaiting, [platformId, arrayText(isrcs)]);
  return any;
}

async function heldAfter(
  tx: Tx,
  platformId: string,
  isrcs: readonly string[],
  { source, id }: Pick<UsageEvent, 'source' | 'id'>,
): Promise<UsageEvent[]> {
  const rows = await tx.rows<EventRow>(
    `SELECT e.* ${waiting} AND (e.source, e.id) > ($3, $4) ORDER BY e.source, e.id LIMIT ${batchMax}`,
    [platformId, isrcs, source, id],
  );
  return rows.map(eventOf);
}

async function insertMatches(
  tx: Tx,
  place: { platformId: string; labelId: string; agreementId: string; position: bigint },
  covered: readonly Covered[],
): Promise<void> {
  const { platformId, labelId, agreementId, position } = place;
  await tx.run(
    `WITH matched AS (
       INSERT INTO usage_event_matches (platform_id, source, id, label_id, agreement_id, month, position, isrc)
       SELECT $1, source, id, $2, $3, month, $4, isrc FROM unnest($5::text[], $6::text[], $7::date[], $8::text[]) AS m (source, id, month, isrc)
       ON CONFLICT DO NOTHING RETURNING source, id, label_id, agreement_id, month, isrc),
     changed AS (
       SELECT m.agreement_id, m.label_id, m.month, e.service_id, coalesce(m.isrc, e.isrc) AS isrc, e.territory, e.use_model, e.quantity
         FROM matched m JOIN usage_events e ON e.platform_id = $1 AND e.source = m.source AND e.id = m.id)
     ${foldInto('$4', '$1')}`,
    [
      platformId,
      labelId,
      agreementId,
      position,
      arrayText(covered.map(({ event }) => event.source)),
      arrayText(covered.map(({ event }) => event.id)),
      arrayText(covered.map(({ match }) => match.month)),
      arrayText(covered.map(({ isrc }) => isrc)),
    ],
  );
}
