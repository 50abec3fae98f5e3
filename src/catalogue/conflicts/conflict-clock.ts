import { Injectable } from '@nestjs/common';
import { type CalendarDate, dayAfter, dayInZone } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { type FactKind, insertFacts, lockClaims } from './conflicts.repository';
import { publishTo } from './news';

export const clockJob = 'rights-conflict-clock';
/** How many days before the last one whoever has said nothing is reminded. */
export const reminderDays = 7;
/** Conflicts told of in one transaction. */
const batchMax = 500;

interface Silent {
  readonly id: string;
  readonly isrc: string;
  /** Parties that have said nothing of it. */
  readonly silent: readonly string[];
}

/**
 * Tells labels that have said nothing of a conflict that the time for it is nearly over, and that it is over; each once. Nothing else changes: what is held goes on waiting, and the operator
 * may decide.
 */
@Injectable()
export class ConflictClock {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    const at = this.clock.now();
    const today = dayInZone(at, 'UTC');
    // Who is too late anyway needs no reminder.
    await this.tell({ kind: 'overdue', from: '0001-01-01', until: dayAfter(today, -1), at });
    await this.tell({ kind: 'reminded', from: today, until: dayAfter(today, reminderDays), at });
  }

  private async tell(telling: Telling): Promise<void> {
    for (let told = batchMax; told === batchMax;) told = await this.database.asSystem((tx) => tellBatch(tx, telling));
  }
}

interface Telling {
  readonly kind: Extract<FactKind, 'reminded' | 'overdue'>;
  /** The last days for an answer, both included. */
  readonly from: string;
  readonly until: CalendarDate;
  readonly at: Date;
}

async function tellBatch(tx: Tx, telling: Telling): Promise<number> {
  const { kind, at } = telling;
  const asked = await silentOf(tx, telling);
  // Whoever ends one, or says something of it, holds these too: it is looked at once more after they have.
  await lockClaims(
    tx,
    asked.map(({ isrc }) => isrc),
  );
  const wanted = new Set(asked.map(({ id }) => id));
  const due = (await silentOf(tx, telling)).filter(({ id }) => wanted.has(id));
  if (due.length === 0) return asked.length;
  const facts = due.map(({ id: conflictId }) => ({ conflictId }));
  await insertFacts(tx, facts, { kind, organizationId: null, madeBy: `system:${clockJob}`, at });
  const silent = due.map(({ id, silent: parties }) => ({ id, parties }));
  await publishTo(tx, `rights-conflict.${kind}`, silent, { at, named: batchMax });
  return asked.length;
}

const silentOf = (tx: Tx, { kind, from, until }: Telling): Promise<Silent[]> =>
  tx.rows<Silent>(
    `SELECT id, isrc::text AS isrc, silent FROM rights_conflicts c,
            LATERAL (SELECT ARRAY(SELECT unnest(c.parties) EXCEPT
                                  SELECT organization_id FROM rights_conflict_facts f
                                   WHERE f.conflict_id = c.id AND kind IN ('answered', 'evidence', 'proposed', 'accepted')) AS silent) AS s
      WHERE state = 'open' AND answer_by BETWEEN $2 AND $3 AND cardinality(silent) > 0
        AND NOT EXISTS (SELECT FROM rights_conflict_facts f WHERE f.conflict_id = c.id AND f.kind = $1) ORDER BY id LIMIT ${batchMax}`,
    [kind, from, until],
  );
