import { BlockReferences } from './block-references';
import { type BlockRules } from './block-rules';
import { type Cells } from './cells';
import { type Findings } from './faults';
import { orderOf, type OrderState } from './order';
import { type Profile } from './profiles';
import { type BlockIds, type Head } from './records';

interface PlacedRecord {
  readonly lineNumber: number;
  readonly code: string;
}

/** Follows the blocks of a file: their numbers, the order of the records in each, and what they refer to. */
export class BlockOrder {
  /** Different blocks. */
  count = 0;
  private readonly start: OrderState | null;
  private state: OrderState | null = null;
  private current: bigint | null = null;
  private lowest = 0n;
  private highest = 0n;
  private repeated = false;
  private last: PlacedRecord = { lineNumber: 0, code: '' };
  readonly references: BlockReferences;

  constructor(
    profile: Profile | null,
    private readonly findings: Findings,
  ) {
    this.start = profile === null ? null : orderOf(profile.block);
    this.references = new BlockReferences(findings);
  }

  /** Null before the first block. Records of blocks that come again are rejected, so that the first block is the lowest. */
  get ids(): BlockIds | null {
    return this.count === 0 ? null : { lowest: this.lowest, highest: this.highest };
  }

  /** Puts a record into its block, the next one where its BlockId is another. */
  enter(rules: BlockRules, lineNumber: number, cells: Cells, head: Head | null): void {
    const record = { lineNumber, code: rules.code };
    // Of a record without a number nobody knows to which block it belongs.
    if (rules.block !== 0 && !this.findBlock(rules.block, record, cells, head)) return;
    this.last = record;
    if (this.start === null) return;
    const next = (this.state ?? this.start).after(rules.family);
    if (next === undefined) {
      const message = `${rules.family} may not come here in its block`;
      this.findings.add('record-out-of-order', message, { value: rules.code });
    }
    this.state = next ?? this.start.resumedAt(rules.family) ?? this.state;
  }

  private findBlock(cell: number, record: PlacedRecord, cells: Cells, head: Head | null): boolean {
    if (!cells.isUsable(cell)) return false;
    const written = cells.text(cell);
    const place = { cell, value: written };
    if (!/^0*[1-9]\d{0,17}$/.test(written)) {
      this.findings.add('cell-malformed', 'BlockId must be a whole number from 1', place);
      return false;
    }
    const id = BigInt(written);
    if (id !== this.current) this.open(id, record, head, place);
    if (this.repeated) this.findings.add('block-repeated', 'blocks are numbered 1, 2, 3 and none comes twice', place);
    return true;
  }

  /** Ends the last block, or the one before the next. */
  close(): void {
    const { state, last, findings } = this;
    if (state !== null && !state.complete) {
      findings.open(last.lineNumber, last.code);
      findings.add('block-incomplete', 'the block ends before the records that it needs', { value: last.code });
    }
    this.state = null;
    this.references.clear();
  }

  private open(
    id: bigint,
    record: PlacedRecord,
    head: Head | null,
    place: { readonly cell: number; readonly value: string },
  ): void {
    const { findings } = this;
    if (this.current !== null && this.state !== null && !this.state.complete) {
      const sound = findings.recordIsSound;
      this.close();
      findings.reopen(record.lineNumber, record.code, sound);
    } else {
      this.close();
    }
    // The first block of a later file of a report goes on from the file before it.
    const isFirst = this.count === 0 && (head?.fileNumber ?? 1n) > 1n;
    this.repeated = id <= this.highest;
    if (this.count === 0) this.lowest = id;
    if (!this.repeated) this.count += 1;
    if (id > this.highest + 1n && !isFirst) {
      findings.add('block-gap', `the block before is ${this.highest}`, place);
    }
    if (id > this.highest) this.highest = id;
    this.current = id;
  }
}
