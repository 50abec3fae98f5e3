import { Injectable } from '@nestjs/common';
import { agreementsStamp, agreementsStampSql, concludedAgreementsOf, type LivingAgreement } from '../../agreements';
import { statedShares } from '../../catalogue';
import type { Tx } from '../../platform/database/tx';
import { EventMatcher } from './event-matcher';
import { KeptFew } from './kept';

const platformsMax = 32;

/** A matcher, and the stamp under which it is right. */
export interface StampedMatcher {
  readonly stamp: string;
  readonly matcher: EventMatcher;
}

/**
 * Each platform's matcher, made again when the database says that anything was signed, has happened or was stated of shares since: one cheap
 * question a batch instead of all terms. Whoever answers with an old matcher would have asked before the news was committed.
 */
@Injectable()
export class PlatformGrants {
  private readonly byPlatform = new KeptFew<StampedMatcher>(platformsMax);

  async of(tx: Tx, platformId: string): Promise<EventMatcher> {
    const stamp = await agreementsStamp(tx, platformId, shareChecks);
    const known = this.byPlatform.get(platformId);
    const matcher =
      known?.stamp === stamp ? known.matcher : await matcherOf(tx, await concludedAgreementsOf(tx, platformId));
    this.byPlatform.set(platformId, { stamp, matcher });
    return matcher;
  }

  /** What is kept, right or not: whoever uses it has the stamp compared in the statement that it is used for. */
  kept(platformId: string): StampedMatcher | undefined {
    return this.byPlatform.get(platformId);
  }
}

/** Of all agreements of one platform. */
export async function matcherOf(tx: Tx, agreements: readonly LivingAgreement[]): Promise<EventMatcher> {
  const labelIds = [...new Set(agreements.map(({ labelId }) => labelId))];
  return new EventMatcher(agreements, await statedShares(tx, labelIds));
}

/** How often shares changed; the batch that asks is waited for before its events are looked at again. */
const shareChecks = (platform: string): string => `usage_share_checks_of(${platform})`;

/** A platform's stamp as an expression, `platform` being its parameter. */
export const stampSql = (platform: string): string => agreementsStampSql(platform, shareChecks);
