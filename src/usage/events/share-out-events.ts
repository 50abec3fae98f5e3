import { Injectable } from '@nestjs/common';
import { concludedAgreementsOf, type LivingAgreement } from '../../agreements';
import { type ShareChange, statedShares } from '../../catalogue';
import { wholeShare } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { arrayText } from '../../platform/database/array-text';
import { Database } from '../../platform/database/database';
import { often, type Tx } from '../../platform/database/tx';
import { enqueue, type JobPayload } from '../../platform/jobs/jobs';
import { TallyWake } from '../alerts/wake';
import { agreedBetween } from '../suspense/agreed';
import type { Part } from './event-matcher';
import { insertMovements, movementsOf, type SharedEvent } from './event-shares';
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
  readonly from: string;
  /** The first day that is not concerned; null: without end. */
  readonly until: string | null;
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
    private readonly wake: TallyWake,
  ) {}

  async execute({ checkId = '' }: JobPayload): Promise<void> {
    const check = await this.database.asSystem((tx) =>
      tx.first<Check>(
        `SELECT id::text AS id, platform_id, label_id, isrcs, lower(days) AS from, upper(days) AS until
           FROM usage_share_checks WHERE id = $1 AND done_at IS NULL`,
        [checkId],
      ),
    );
    if (check === undefined) return;
    // Whoever matched events by the shares from before the check is waited for: held ones that come to count, and batches.
    await this.database.asSystem((tx) => lockVoids(tx, check.platform_id));
    await this.database.asSystem((tx) => settledPosition(tx, check.platform_id));
    let after: Named | undefined = { source: '', id: '' };
    while (after !== undefined) {
      const from: Named = after;
      const found = await this.database.asSystem((tx) => toMove(tx, check, from));
      if (found.names.length > 0) await this.database.asSystem((tx) => this.move(tx, check, found.names));
      after = found.next;
    }
    const at = this.clock.now();
    await this.database.asSystem((tx) =>
      tx.run('UPDATE usage_share_checks SET done_at = $2 WHERE id = $1', [check.id, at]),
    );
  }

  /** Whether finish may have something to do for an agreement of the platform: cheap, and no recording is looked at. */
  async hasAny(tx: Tx, platformId: string): Promise<boolean> {
    const { any } = await tx.one<{ any: boolean }>(
      often('SELECT EXISTS (SELECT FROM usage_share_checks WHERE platform_id = $1 AND done_at IS NULL) AS any'),
      [platformId],
    );
    return any;
  }

  /** What still waits of the recordings that an agreement was ever of, done now: before a close counts. */
  async finish(agreementId: string): Promise<void> {
    const waiting = await this.database.asSystem((tx) =>
      tx.rows<{ id: string }>(
        often(`SELECT c.id::text AS id FROM usage_share_checks c JOIN agreements a ON a.platform_id = c.platform_id
          WHERE a.id = $1 AND c.done_at IS NULL
            AND EXISTS (SELECT FROM agreement_grants g WHERE g.agreement_id = a.id AND g.isrc = ANY (c.isrcs::bpchar[]))
          ORDER BY c.id`),
        [agreementId],
      ),
    );
    for (const { id } of waiting) await this.execute({ checkId: id });
  }

  /** Moves what is to be moved of these once nobody else can: some may be void by now, or moved already. */
  private async move(tx: Tx, { id, platform_id, label_id }: Check, names: readonly Named[]): Promise<void> {
    await lockVoids(tx, platform_id);
    const shared = await sharedNow(tx, platform_id, await countedOf(tx, platform_id, names));
    const movements = await insertMovements(tx, platform_id, shared);
    if (movements === 0) return;
    // The tally has all months looked at that movements are of: what they have earned is another amount.
    await this.wake.ask(tx, platform_id);
    const by = { system, organizationId: platform_id };
    const details = { label: label_id, check: id, movements };
    await audit(tx, by, { action: 'usage-events.shared-out', subjectId: platform_id, details, at: this.clock.now() });
  }
}

/** Those of the next events of a check that count otherwise than by the shares of now, and where to go on; undefined at the end. Holds nobody up. */
async function toMove(tx: Tx, check: Check, after: Named): Promise<{ names: Named[]; next: Named | undefined }> {
  const counted = await countedAfter(tx, check, after);
  const shared = await sharedNow(tx, check.platform_id, counted);
  const names = shared.filter((each) => movementsOf(each).length > 0).map(({ event }) => event);
  return { names, next: counted.length < batchMax ? undefined : counted.at(-1)?.event };
}

interface CountedEvent {
  readonly event: UsageEvent;
  readonly counted: SharedEvent['counted'];
}

type CountedRow = EventRow & { readonly agreement_id: string; readonly label_id: string; readonly month: string };

/** Events, as what they were resolved to, that count and are not void. */
const counting = `
  SELECT e.source, e.id, e.position, e.service_id, coalesce(m.isrc, e.isrc) AS isrc, e.territory, e.use_model, e.quantity, e.happened_at,
         coalesce(m.agreement_id, e.agreement_id) AS agreement_id, coalesce(m.label_id, e.label_id) AS label_id,
         coalesce(m.month, e.month)::text AS month
    FROM usage_events e LEFT JOIN usage_event_matches m USING (platform_id, source, id)
   WHERE e.platform_id = $1 AND coalesce(m.agreement_id, e.agreement_id) IS NOT NULL
     AND NOT EXISTS (SELECT FROM voided_usage_events v WHERE v.platform_id = e.platform_id AND v.source = e.source AND v.id = e.id)`;

/** Of the recordings and days of a check. A day begins and ends within a day of UTC's, wherever the agreement's clocks hang. */
async function countedAfter(
  tx: Tx,
  { platform_id, isrcs, from, until }: Check,
  { source, id }: Named,
): Promise<CountedEvent[]> {
  const rows = await tx.rows<CountedRow>(
    `${counting}
        AND (e.source, e.id) > ($3, $4) AND coalesce(m.isrc, e.isrc) = ANY ($2::bpchar[])
        AND e.happened_at >= ($5::date - 1)::timestamp AT TIME ZONE 'UTC'
        AND e.happened_at < coalesce(($6::date + 1)::timestamp AT TIME ZONE 'UTC', 'infinity')
      ORDER BY e.source, e.id LIMIT ${batchMax}`,
    [platform_id, isrcs, source, id, from, until],
  );
  return rows.map(countedEvent);
}

/** Those of these names. */
async function countedOf(tx: Tx, platformId: string, names: readonly Named[]): Promise<CountedEvent[]> {
  const rows = await tx.rows<CountedRow>(
    `${counting} AND (e.source, e.id) IN (SELECT * FROM unnest($2::text[], $3::text[])) ORDER BY e.source, e.id`,
    [platformId, arrayText(names.map(({ source }) => source)), arrayText(names.map(({ id }) => id))],
  );
  return rows.map(countedEvent);
}

const countedEvent = (row: CountedRow): CountedEvent => ({
  event: eventOf(row),
  counted: { agreementId: row.agreement_id, labelId: row.label_id, month: row.month },
});

/** What each counts for so far, beside what it is to count for. */
async function sharedNow(tx: Tx, platformId: string, counted: readonly CountedEvent[]): Promise<SharedEvent[]> {
  if (counted.length === 0) return [];
  const matcher = await matcherOf(tx, await concludedAgreementsOf(tx, platformId));
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

/** Recordings, and the days of use from which, and until which, other shares may count. */
type Concerned = Omit<ShareChange, 'labelId'>;

/** Has a platform's events of these recordings and days looked at again by a job. */
async function askToShareOut(
  tx: Tx,
  { labelId, platformId }: Pick<LivingAgreement, 'labelId' | 'platformId'>,
  { isrcs, from, until, at }: Concerned,
): Promise<void> {
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO usage_share_checks (label_id, platform_id, isrcs, days, asked_at) VALUES ($1, $2, $3, daterange($4, $5), $6)
     RETURNING id::text AS id`,
    [labelId, platformId, isrcs, from, until, at],
  );
  await enqueue(tx, system, { checkId: id }, `${system} ${id}`);
}

/** A label controls another share than before: whoever licenses the recordings from it has its events looked at again. In the transaction of the statement. */
export const shareOutForShare = (tx: Tx, { labelId, isrcs, ...concerned }: ShareChange): Promise<void> =>
  tx.asSystem(async () => {
    const licensed = await tx.rows<{ platformId: string; isrcs: string[] }>(
      `SELECT platform_id AS "platformId", array_agg(DISTINCT isrc::text ORDER BY isrc::text) AS isrcs FROM agreement_grants
        WHERE label_id = $1 AND isrc = ANY ($2::bpchar[]) GROUP BY platform_id ORDER BY platform_id`,
      [labelId, isrcs],
    );
    for (const each of licensed)
      await askToShareOut(tx, { labelId, platformId: each.platformId }, { isrcs: each.isrcs, ...concerned });
  });

/** An agreement may bring another label its part of events that count already, from this day on. In the transaction that signs it or lets it come into force. */
export const shareOutUnder = (
  tx: Tx,
  agreement: Pick<LivingAgreement, 'labelId' | 'platformId'>,
  repertoire: readonly string[],
  { from, at }: Pick<Concerned, 'from' | 'at'>,
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
    if (both.length > 0) await askToShareOut(tx, agreement, { isrcs: both, from, until: null, at });
  });
