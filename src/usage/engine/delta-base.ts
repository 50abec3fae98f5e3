import type { FileHandle } from 'node:fs/promises';
import { heldChunks, type HeldWriter } from './held-and-faults';
import { placeOf } from './match-plan';
import { isrcText } from './packed-isrc';
import { type ImpossibleSum, impossibleMax } from './sum-rows';
import { wide } from './sums-file';
import { heldWords } from './tally';

/** The report that a delta's lines are differences to: what reading it made, under the same plan. */
export interface DeltaBase {
  readonly reportId: string;
  readonly sums: FileHandle;
  readonly held: FileHandle;
}

interface Counts {
  quantity: bigint;
  returns: bigint;
}

/** So many recordings and places may be taken from held lines: more is a file to be sent as a whole. */
const takenMax = 250_000;
const twoTo24 = 0x100_0000;

/** What a delta takes away of usage that no agreement covers, by recording and place. */
export class TakenHeld {
  private readonly counts = new Map<string, Counts>();
  isTooMuch = false;

  /** Rows as held lines. */
  add(rows: Uint32Array): void {
    for (let at = 0; at < rows.length; at += heldWords) {
      const { quantity, returns } = countsAt(rows, at);
      const key = keyAt(rows, at);
      const taken = this.counts.get(key);
      if (taken !== undefined) {
        taken.quantity += quantity;
        taken.returns += returns;
      } else if (this.counts.size < takenMax) this.counts.set(key, { quantity, returns });
      else this.isTooMuch = true;
    }
  }

  /** Takes from a row what there is to be taken; false where nothing is left of it. */
  takeFrom(rows: Uint32Array, at: number): boolean {
    if (this.counts.size === 0) return true;
    const taken = this.counts.get(keyAt(rows, at));
    if (taken === undefined) return true;
    const counts = countsAt(rows, at);
    const returns = least(counts.returns, taken.returns);
    // Never fewer units than are returned.
    const quantity = least(most(counts.quantity - (counts.returns - returns), 0n), taken.quantity);
    taken.quantity -= quantity;
    taken.returns -= returns;
    setCounts(rows, at, { quantity: counts.quantity - quantity, returns: counts.returns - returns });
    return quantity < counts.quantity;
  }

  /** What was to be taken and was not there. */
  get left(): ImpossibleSum[] {
    const left: ImpossibleSum[] = [];
    if (this.isTooMuch) {
      const message = `more than ${takenMax} recordings and places are to be taken from held lines: send the whole report`;
      left.push({ code: 'sum-below-zero', message });
    }
    for (const [key, { quantity, returns }] of this.counts) {
      if (quantity === 0n && returns === 0n) continue;
      const [letters = 0, digits = 0, place = 0] = key.split(' ').map(Number);
      const { territory, use, model } = placeOf(place);
      const name = `${isrcText({ letters, digits })} in ${territory}, ${use}, ${model}`;
      const message = `of what is held of ${name} more is taken away than there is: ${quantity} units, ${returns} returns`;
      left.push({ code: 'sum-below-zero', message });
      if (left.length === impossibleMax) break;
    }
    return left;
  }
}

/** Writes the base's held lines behind the delta's own, less what the delta takes away. Gives what it takes away and is not there. */
export async function keepHeld(
  { held, reportId }: DeltaBase,
  taken: TakenHeld,
  writer: HeldWriter,
): Promise<ImpossibleSum[]> {
  for await (const { rows, firstLine, report = reportId } of heldChunks(held)) {
    let kept = 0;
    for (let at = 0; at < rows.length; at += heldWords) {
      if (!taken.takeFrom(rows, at)) continue;
      rows.copyWithin(kept, at, at + heldWords);
      kept += heldWords;
    }
    await writer.add(rows.subarray(0, kept), firstLine, report);
  }
  return taken.left;
}

const keyAt = (rows: Uint32Array, at: number): string => `${rows[at + 1]} ${rows[at + 2]! % twoTo24} ${rows[at + 3]}`;

const countsAt = (rows: Uint32Array, at: number): Counts => ({
  quantity: wide(rows[at + 4]!, rows[at + 5]!),
  returns: wide(rows[at + 6]!, rows[at + 7]!),
});

function setCounts(rows: Uint32Array, at: number, { quantity, returns }: Counts): void {
  rows[at + 4] = Number(quantity & 0xffff_ffffn);
  rows[at + 5] = Number(quantity >> 32n);
  rows[at + 6] = Number(returns & 0xffff_ffffn);
  rows[at + 7] = Number(returns >> 32n);
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
