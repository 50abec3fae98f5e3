import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { lockClaims } from './conflicts.repository';
import { LookForConflicts } from './look-for-conflicts';

export const lookAtAllJob = 'look-at-all-claims';
/** Recordings looked at in one transaction: others who state shares of them wait for it. */
const batchMax = 200;

/**
 * Looks at every recording that several labels have. Conflicts are found where a share is stated; this is for what was stated before there were any: the migration that brings them asks for it once. Killed anywhere it begins anew, and
 * finds nothing twice.
 */
@Injectable()
export class LookAtAllClaims {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lookForConflicts: LookForConflicts,
  ) {}

  async execute(): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined;) after = await this.lookAfter(after);
  }

  /** Gives where to go on; undefined at the end. */
  private lookAfter(after: string): Promise<string | undefined> {
    return this.database.asSystem(async (tx) => {
      const isrcs = await sharedAfter(tx, after);
      const looking = { organizationId: null, madeBy: `system:${lookAtAllJob}`, end: 'withdrawn' as const };
      await lockClaims(tx, isrcs);
      await this.lookForConflicts.execute(tx, isrcs, { ...looking, at: this.clock.now() });
      return isrcs.length < batchMax ? undefined : isrcs.at(-1);
    });
  }
}

/** The next recordings, by ISRC, that more than one label has. */
const sharedAfter = async (tx: Tx, after: string): Promise<string[]> =>
  (
    await tx.rows<{ isrc: string }>(
      `SELECT isrc::text AS isrc FROM recordings r WHERE isrc > $1::bpchar
        GROUP BY isrc HAVING count(*) > 1 ORDER BY r.isrc LIMIT ${batchMax}`,
      [after],
    )
  ).map(({ isrc }) => isrc);
