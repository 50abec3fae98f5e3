import { Injectable } from '@nestjs/common';
import { Listeners } from '../../platform/listeners';

/** Recordings of which a share was stated, and whose conflicts are what they are from now on; what is held for one may be due. */
export interface ClaimsChanged {
  readonly isrcs: readonly string[];
}

/** The port for what must happen together with a statement of shares, or not at all. */
@Injectable()
export class OnClaimsChanged extends Listeners<[changed: ClaimsChanged]> {}
