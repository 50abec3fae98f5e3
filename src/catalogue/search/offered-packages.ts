import { Injectable } from '@nestjs/common';
import { AnsweredAbove } from '../../platform/answered-above';
import type { Tx } from '../../platform/database/tx';

/** Where and for what recordings are to be had; absent: anywhere, for anything. Both have to stand in one grant. */
export interface Availability {
  readonly territory?: string | undefined;
  readonly use?: string | undefined;
}

/** A package that is offered now, and the label whose it is. */
export interface OfferedPackage {
  readonly packageId: string;
  readonly labelId: string;
}

/** The port for what is offered at the moment, by the label or to the platform whose transaction it is: a higher module that knows offers answers. */
@Injectable()
export class OfferedPackages extends AnsweredAbove<[tx: Tx, wanted: Availability], readonly OfferedPackage[]> {
  protected readonly nothing = [];
}
