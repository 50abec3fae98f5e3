import { type Cells } from './cells';
import { type RecordCode } from './layouts';
import { type BlockIds, type Head } from './records';

/** What a profile makes of its own records, those between head and footer. */
export interface Body {
  /** Sound summaries. */
  readonly contexts: number;
  /** Sound usage records. */
  readonly accepted: number;
  /** Different blocks, where the profile has blocks. */
  readonly blocks: number;
  readonly blockIds: BlockIds | null;
  takes(code: RecordCode): boolean;
  /** Reads a record even when it is out of order, so that all its faults are listed; it is not sound then. */
  read(code: RecordCode, lineNumber: number, cells: Cells, head: Head | null): void;
  /** Notes what only the whole file can show. */
  finish(head: Head | null): void;
}

/** Records of which nothing is looked at, since their profile is not read. */
export const silentBody: Body = {
  contexts: 0,
  accepted: 0,
  blocks: 0,
  blockIds: null,
  takes: () => true,
  read: () => undefined,
  finish: () => undefined,
};
