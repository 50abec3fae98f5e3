import { Injectable } from '@nestjs/common';
import { Listeners } from '../platform/listeners';

/** Recordings of a label, and the days on which it controls another share of them from now on than was known before. */
export interface ShareChange {
  readonly labelId: string;
  readonly isrcs: readonly string[];
  readonly from: string;
  /** The first day that is not concerned; null: without end. */
  readonly until: string | null;
  readonly at: Date;
}

/** The port for what must happen together with a statement that changes a share, or not at all: usage of those days counts otherwise. */
@Injectable()
export class OnShareChanged extends Listeners<[change: ShareChange]> {}
