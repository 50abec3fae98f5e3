import { Injectable } from '@nestjs/common';
import { compare, ONE, rational } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { OnShareChanged } from './on-share-changed';
import { makeRoom, type Replaced, type RightsStatement, statedAlready, writeRights } from './rights.repository';

export interface SharesToWrite {
  readonly statement: RightsStatement;
  /** Of the statement's recordings. */
  readonly isrcs: readonly string[];
  /** Whether it takes the place of what was stated. */
  readonly replaces: boolean;
}

export interface WrittenShares {
  readonly recordings: number;
  /** The shares, as text, that it took the place of. */
  readonly replaced: readonly string[];
}

/** Writes what a label states, or what a conflict has ended with for it, and tells whoever counts by shares. */
@Injectable()
export class WriteShares {
  constructor(private readonly onShareChanged: OnShareChanged) {}

  /** Refuses with rights-overlap where it replaces nothing. */
  async execute(tx: Tx, { statement, isrcs, replaces }: SharesToWrite): Promise<WrittenShares> {
    const { ownerId: labelId, share, from, until, at } = statement;
    if (!replaces) await refuseOverlap(tx, statement);
    const replaced = replaces ? await makeRoom(tx, statement) : nothing;
    const recordings = await writeRights(tx, statement);
    if (changesShare(share, replaced)) await this.onShareChanged.run(tx, { labelId, isrcs, from, until, at });
    return { recordings, replaced: replaced.shares };
  }
}

const nothing: Replaced = { shares: [], everywhere: false };

/** What nobody had stated was whole. */
function changesShare(share: string, { shares, everywhere }: Replaced): boolean {
  const stated = rational(share);
  return shares.some((before) => compare(rational(before), stated) !== 0) || (!everywhere && compare(stated, ONE) < 0);
}

const faultsMax = 1000;

/** Names every recording in the way; two statements at the same moment are kept apart by the database. */
async function refuseOverlap(tx: Tx, statement: RightsStatement): Promise<void> {
  const stated = await statedAlready(tx, statement);
  if (stated.length === 0) return;
  const faults = stated.slice(0, faultsMax).map(({ isrc }) => ({
    pointer: '/isrcs',
    code: 'rights-overlap',
    message: `a share of ${isrc} is already stated for one of these places and days`,
  }));
  throw new DomainError('rights-overlap', undefined, faults);
}
