import { Injectable } from '@nestjs/common';
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

export type OfferedPackagesFinder = (tx: Tx, wanted: Availability) => Promise<readonly OfferedPackage[]>;

/** The port for what is offered at the moment, by the label or to the platform whose transaction it is: a higher module that knows offers registers with it. */
@Injectable()
export class OfferedPackages {
  private finder: OfferedPackagesFinder = async () => [];

  register(finder: OfferedPackagesFinder): void {
    this.finder = finder;
  }

  find(tx: Tx, wanted: Availability): Promise<readonly OfferedPackage[]> {
    return this.finder(tx, wanted);
  }
}
