import { Injectable } from '@nestjs/common';
import { millionthsOf, type Overclaimed, shareText, wholeShare } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { getRecording } from '../recordings.repository';
import { WriteShares } from '../write-shares';
import { getConflict, lockClaims, type NamedShare, type RightsConflict } from './conflicts.repository';
import { claimantsOf, LookForConflicts, type Looking } from './look-for-conflicts';

export interface Settling {
  /** The share, in millionths, that a claimant has of a piece from now on; undefined: as it states. */
  readonly shareOf: (piece: Overclaimed, labelId: string) => number | undefined;
  readonly looking: Looking;
}

/**
 * Puts other shares in the place of what is stated where there is more than the whole, for its days; elsewhere everything stands as stated. They are what these labels state from then on, and usage of those days
 * counts by them. A share of nothing is written as such.
 */
@Injectable()
export class SettleConflict {
  constructor(
    private readonly writeShares: WriteShares,
    private readonly lookForConflicts: LookForConflicts,
  ) {}

  async execute(tx: Tx, { isrc, pieces, id }: RightsConflict, { shareOf, looking }: Settling): Promise<RightsConflict> {
    const { at, madeBy: by } = looking;
    await tx.asSystem(async () => {
      for (const piece of pieces) {
        const { territories, from, until, claims } = piece;
        for (const { labelId, share: stated } of claims) {
          const share = shareOf(piece, labelId);
          if (share === undefined || share === stated) continue;
          const recording = await getRecording(tx, labelId, isrc);
          const place = { ownerId: labelId, recordingIds: [recording!.id], territories, from, until };
          const statement = { ...place, share: shareText(share), at, by };
          const { replaced } = await this.writeShares.execute(tx, { statement, isrcs: [isrc], replaces: true });
          const details = {
            conflict: id,
            share: statement.share,
            replaced,
            territories: territories.length,
            from,
            until,
          };
          const doer = { system: 'rights-conflict', organizationId: labelId };
          await audit(tx, doer, { action: 'rights.stated', subjectId: labelId, details, at });
        }
      }
    });
    await this.lookForConflicts.execute(tx, [isrc], looking);
    return getConflict(tx, id);
  }
}

/** An open conflict, whose claims nobody else changes until the transaction ends. Refuses with not-found and rights-conflict-state. */
export async function holdOpenConflict(tx: Tx, id: string): Promise<RightsConflict> {
  const { isrc } = await getConflict(tx, id);
  await lockClaims(tx, [isrc]);
  const conflict = await getConflict(tx, id);
  if (conflict.state !== 'open') throw new DomainError('rights-conflict-state', `the conflict is ${conflict.state}`);
  return conflict;
}

/** Refuses shares that are none, that leave a label out, or that are more than the whole again. */
export function refuseUnlessShares(pieces: readonly Overclaimed[], shares: readonly NamedShare[]): void {
  const faults: Fault[] = [];
  const claimants = claimantsOf(pieces);
  shares.forEach(({ labelId, share }, at) => {
    const pointer = `/shares/${at}`;
    const first = shares.findIndex((other) => other.labelId === labelId) === at;
    if (!claimants.includes(labelId) || !first)
      faults.push({
        pointer: `${pointer}/labelId`,
        code: 'field-in',
        message: 'names each label of the conflict once',
      });
    if (!/^[01](\.\d{1,6})?$/.test(share) || millionthsOf(share) > wholeShare) {
      faults.push({
        pointer: `${pointer}/share`,
        code: 'share-range',
        message: 'from 0 to 1, with at most six decimals',
      });
    }
  });
  if (faults.length === 0 && shares.length < claimants.length) {
    faults.push({ pointer: '/shares', code: 'field-in', message: 'names each label of the conflict once' });
  }
  if (faults.length === 0 && pieces.some((piece) => exceeds(piece, shares))) {
    faults.push({ pointer: '/shares', code: 'share-range', message: 'together they are at most the whole' });
  }
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}

const exceeds = ({ claims }: Overclaimed, shares: readonly NamedShare[]): boolean =>
  shares
    .filter(({ labelId }) => claims.some((claim) => claim.labelId === labelId))
    .reduce((sum, { share }) => sum + millionthsOf(share), 0) > wholeShare;

/** The share that these give a label, in every piece. */
export const sharesNamed =
  (shares: readonly NamedShare[]): Settling['shareOf'] =>
  (_, labelId) => {
    const named = shares.find((each) => each.labelId === labelId);
    return named && millionthsOf(named.share);
  };
