import { Injectable } from '@nestjs/common';
import { Listeners } from '../../platform/listeners';

/** Conflicts that are over from now on; what was held for them waits for that. */
export interface ConflictsEnded {
  readonly conflictIds: readonly string[];
}

/** The port for what must happen together with the end of conflicts, or not at all. */
@Injectable()
export class OnConflictEnded extends Listeners<[ended: ConflictsEnded]> {}
