import { Injectable } from '@nestjs/common';
import type { Origin, Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Listeners } from '../platform/listeners';

/** A party is about to sign a version. */
export interface Signing {
  readonly agreementId: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly version: number;
  readonly manifestHash: string;
  readonly terms: Terms;
  /** Null for what is older than manifests: it was negotiated. */
  readonly origin: Origin | null;
  readonly acknowledgeBreaches: readonly string[];
  readonly by: Actor;
  readonly at: Date;
}

/** The port for what a party owes itself before it signs: a DomainError thrown by a listener refuses the signature. */
@Injectable()
export class BeforeSigning extends Listeners<[signing: Signing]> {}
