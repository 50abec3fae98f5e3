import { Injectable } from '@nestjs/common';
import { concludedAgreementsOf, type LivingAgreement } from '../../agreements';
import { type ShareChange, statedShares } from '../../catalogue';
import { wholeShare } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { enqueue, type JobPayload } from '../../platform/jobs/jobs';
import { agreedBetween } from '../suspense/agreed';
import type { EventMatcher, Part } from './event-matcher';
import { insertMovements, type SharedEvent } from './event-shares';
import { eventOf, type EventRow, settledPosition } from './events.repository';
import { matcherOf } from './platform-grants';
import type { UsageEvent } from './usage-event';
import { lockVoids } from './voids.repository';

/** Events looked at in one transaction. */
const batchMax = 10_000;
const system = 'share-out-events';

interface Check {
  readonly id: string;
  readonly platform_id: string;
  readonly label_id: string;
  readonly isrcs: readonly string[];
}

type Named = Pick<UsageEvent, 'source' | 'id'>;

/**
 * Lets events that count already count by the shares that are stated by now, for every label that has one. What changes is a movement at a position of its
 * own, so a closed month gets the difference. Killed anywhere it goes on where it was; run twice it changes nothing.
 */
@Injectable()
export class ShareOutEvents {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute({ checkId = '' }: JobPayload): Promise<void> {
    const check = await this.database.asSystem((tx) =>
      tx.first<Check>(
        'SELECT id::text AS id, platform_id, label_id, isrcs FROM usage_share_checks WHERE id = $1 AND done_at IS NULL',
        [checkId],
      ),
    );
    if (check === undefined) return;
    // A batch that was matched before the check was made is waited for.
    await this.database.asSystem((tx) => settledPosition(tx, check.platform_id));
    let after: Named | undefined = { source: '', id: '' };
    while (after !== undefined) {
      const from: Named = after;
      after = await this.database.asSystem((tx) => this.batch(tx, check, from));
    }
    const at = this.clock.now();
    await this.database.asSystem((tx) =>
      tx.run('UPDATE usage_share_checks SET done_at = $2 WHERE id = $1', [check.id, at]),
    );
  }

  /** Whatever still waits of an agreement's platform, done now: before a close counts. */
  async finish(agreementId: string): Promise<void> {
    const waiting = await this.database.asSystem((tx) =>
      tx.rows<{ id: string }>(
        `SELECT c.id::text AS id FROM usage_share_checks c JOIN agreements a ON a.platform_id = c.platform_id
          WHERE a.id = $1 AND c.done_at IS NULL ORDER BY c.id`,
        [agreementId],
      ),
    );
    for (const { id } of waiting) await this.execute({ checkId: id });
  }

  /** The last one looked at, or undefined at the end. */
  private async batch(tx: Tx, { id, platform_id, label_id, isrcs }: Check, after: Named): Promise<Named | undefined> {
    await lockVoids(tx, platform_id);
    const counted = await countedAfter(tx, { platformId: platform_id, isrcs }, after);
    if (counted.length === 0) return undefined;
    const matcher = await matcherOf(tx, platform_id);
    const shared = await sharedNow(tx, platform_id, { matcher, counted });
    const movements = await insertMovements(tx, platform_id, shared);
    if (movements > 0) {
      const by = { system, organizationId: platform_id };
      const details = { label: label_id, check: id, movements };
      await audit(tx, by, { action: 'usage-events.shared-out', subjectId: platform_id, details, at: this.clock.now() });
    }
    return counted.length < batchMax ? undefined : counted.at(-1)?.event;
  }
}

interface CountedEvent {
  readonly event: UsageEvent;
  readonly counted: SharedEvent['counted'];
}

/** Events of these recordings, as what they were resolved to, that count and are not void. */
async function countedAfter(
  tx: Tx,
  { platformId, isrcs }: { readonly platformId: string; readonly isrcs: readonly string[] },
  { source, id }: Named,
): Promise<CountedEvent[]> {
  const rows = await tx.rows<EventRow & { agreement_id: string; label_id: string; month: string }>(
    `SELECT e.source, e.id, e.position, e.service_id, coalesce(m.isrc, e.isrc) AS isrc, e.territory, e.use_model, e.quantity, e.happened_at,
            coalesce(m.agreement_id, e.agreement_id) AS agreement_id, coalesce(m.label_id, e.label_id) AS label_id,
            coalesce(m.month, e.month)::text AS month
       FROM usage_events e LEFT JOIN usage_event_matches m USING (platform_id, source, id)
      WHERE e.platform_id = $1 AND (e.source, e.id) > ($3, $4) AND coalesce(m.isrc, e.isrc) = ANY ($2::bpchar[])
        AND coalesce(m.agreement_id, e.agreement_id) IS NOT NULL
        AND NOT EXISTS (SELECT FROM voided_usage_events v WHERE v.platform_id = e.platform_id AND v.source = e.source AND v.id = e.id)
      ORDER BY e.source, e.id LIMIT ${batchMax}`,
    [platformId, isrcs, source, id],
  );
  return rows.map((row) => ({
    event: eventOf(row),
    counted: { agreementId: row.agreement_id, labelId: row.label_id, month: row.month },
  }));
}

/** What each counts for so far, beside what it is to count for. */
async function sharedNow(
  tx: Tx,
  platformId: string,
  { matcher, counted }: { readonly matcher: EventMatcher; readonly counted: readonly CountedEvent[] },
): Promise<SharedEvent[]> {
  const moved = await movedParts(tx, platformId, counted);
  return counted.map(({ event, counted: own }) => {
    const whole: MovedPart = { ...own, share: wholeShare, units: event.quantity };
    const before = [whole, ...(moved.get(nameOf(event)) ?? [])];
    return { event, isrc: event.isrc, counted: own, parts: matcher.partsOf(own, event), before: inForce(before) };
  });
}

/** Units of a part that shares have put in place of others, or taken off. */
interface MovedPart extends Part {
  readonly units: number;
}

/** What is left once everything that was put in place and taken off again is added up. */
function inForce(moved: readonly MovedPart[]): Part[] {
  const sums = new Map<string, MovedPart>();
  for (const part of moved) {
    const key = `${part.agreementId} ${part.share}`;
    sums.set(key, { ...part, units: part.units + (sums.get(key)?.units ?? 0) });
  }
  return [...sums.values()].filter(({ units }) => units !== 0).map(({ units: _, ...part }) => part);
}

const nameOf = ({ source, id }: Named): string => `${source} ${id}`;

async function movedParts(
  tx: Tx,
  platformId: string,
  events: readonly CountedEvent[],
): Promise<Map<string, MovedPart[]>> {
  const rows = await tx.rows<MovedPart & Named>(
    `SELECT s.source, s.id, s.agreement_id AS "agreementId", s.label_id AS "labelId", s.month::text AS month, s.share, s.quantity::int AS units
       FROM usage_event_shares s JOIN unnest($2::text[], $3::text[]) AS named (source, id) USING (source, id)
      WHERE s.platform_id = $1`,
    [platformId, events.map(({ event }) => event.source), events.map(({ event }) => event.id)],
  );
  const parts = new Map<string, MovedPart[]>();
  for (const { source, id, ...part } of rows) {
    const name = nameOf({ source, id });
    parts.set(name, [...(parts.get(name) ?? []), part]);
  }
  return parts;
}

/** Has a platform's events of these recordings looked at again by a job. */
async function askToShareOut(
  tx: Tx,
  { labelId, platformId, isrcs, at }: Pick<ShareChange, 'labelId' | 'isrcs' | 'at'> & { readonly platformId: string },
): Promise<void> {
  const { id } = await tx.one<{ id: string }>(
    'INSERT INTO usage_share_checks (label_id, platform_id, isrcs, asked_at) VALUES ($1, $2, $3, $4) RETURNING id::text AS id',
    [labelId, platformId, isrcs, at],
  );
  await enqueue(tx, system, { checkId: id }, `${system} ${id}`);
}

/** A label controls another share than before: whoever licenses the recordings from it has its events looked at again. In the transaction of the statement. */
export const shareOutForShare = (tx: Tx, { labelId, isrcs, at }: ShareChange): Promise<void> =>
  tx.asSystem(async () => {
    const licensed = await tx.rows<{ platformId: string; isrcs: string[] }>(
      `SELECT platform_id AS "platformId", array_agg(DISTINCT isrc::text ORDER BY isrc::text) AS isrcs FROM agreement_grants
        WHERE label_id = $1 AND isrc = ANY ($2::bpchar[]) GROUP BY platform_id ORDER BY platform_id`,
      [labelId, isrcs],
    );
    for (const each of licensed) await askToShareOut(tx, { labelId, ...each, at });
  });

/** An agreement may bring another label its part of events that count already. In the transaction of the last signature. */
export const shareOutUnder = (
  tx: Tx,
  agreement: Pick<LivingAgreement, 'labelId' | 'platformId'>,
  repertoire: readonly string[],
  at: Date,
): Promise<void> =>
  tx.asSystem(async () => {
    const { labelId, platformId } = agreement;
    const others = await concludedAgreementsOf(tx, platformId);
    const labelIds = [...new Set([labelId, ...others.map((other) => other.labelId)])];
    const shared = new Set((await statedShares(tx, labelIds)).flatMap((stated) => stated.isrcs));
    const isrcs = repertoire.filter((isrc) => shared.has(isrc));
    // Where no other label licenses them, there is nobody to share with, and events were held until now.
    const elsewhere = agreedBetween(others.filter((other) => other.labelId !== labelId)).isrcs;
    const both = isrcs.filter((isrc) => elsewhere.has(isrc));
    if (both.length > 0) await askToShareOut(tx, { labelId, platformId, isrcs: both, at });
  });
