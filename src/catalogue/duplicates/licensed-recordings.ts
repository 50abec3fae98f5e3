import { Injectable } from '@nestjs/common';
import { AnsweredAbove } from '../../platform/answered-above';
import type { Tx } from '../../platform/database/tx';

/** The port for which of a label's recordings its agreements name: whoever knows agreements answers. */
@Injectable()
export class LicensedRecordings extends AnsweredAbove<
  [tx: Tx, labelId: string, isrcs: readonly string[]],
  ReadonlySet<string>
> {
  protected readonly nothing = new Set<string>();
}
