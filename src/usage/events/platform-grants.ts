import { Injectable } from '@nestjs/common';
import { agreementsStamp, concludedAgreementsOf } from '../../agreements';
import type { Tx } from '../../platform/database/tx';
import { EventMatcher } from './event-matcher';
import { KeptByPlatform } from './kept';

const platformsMax = 32;

/**
 * Each platform's matcher, made again when the database says that anything was signed or has happened since: one cheap question a batch
 * instead of all terms. Whoever answers with an old matcher would have asked before the news was committed.
 */
@Injectable()
export class PlatformGrants {
  private readonly kept = new KeptByPlatform<{ readonly stamp: string; readonly matcher: EventMatcher }>(platformsMax);

  async of(tx: Tx, platformId: string): Promise<EventMatcher> {
    const stamp = await agreementsStamp(tx, platformId);
    const known = this.kept.get(platformId);
    const matcher =
      known?.stamp === stamp ? known.matcher : new EventMatcher(await concludedAgreementsOf(tx, platformId));
    this.kept.set(platformId, { stamp, matcher });
    return matcher;
  }
}
