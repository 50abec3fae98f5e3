import { Injectable } from '@nestjs/common';
import { AnsweredAbove } from '../platform/answered-above';

/** The port for what would help where a use is not licensed: the listings that offer these recordings to a platform, by ISRC: those that it may see now, the oldest first. */
@Injectable()
export class WhereOffered extends AnsweredAbove<
  [platformId: string, isrcs: readonly string[]],
  ReadonlyMap<string, readonly string[]>
> {
  protected readonly nothing = new Map<string, readonly string[]>();
}
