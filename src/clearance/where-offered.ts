import { Injectable } from '@nestjs/common';

/** The listings that offer recordings to a platform, by ISRC: those that it may see now, the oldest first. */
export type OfferFinder = (
  platformId: string,
  isrcs: readonly string[],
) => Promise<ReadonlyMap<string, readonly string[]>>;

/** The port for what would help where a use is not licensed: a higher module that knows offers registers with it. */
@Injectable()
export class WhereOffered {
  private finder: OfferFinder = async () => new Map();

  register(finder: OfferFinder): void {
    this.finder = finder;
  }

  async find(platformId: string, isrcs: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return isrcs.length === 0 ? new Map() : this.finder(platformId, isrcs);
  }
}
