const HEADER = 2;

/** What becomes of a list: these clauses leave it, and those join. */
export interface ClauseChange {
  readonly without: ReadonlySet<number>;
  readonly added: readonly number[];
}

/**
 * Lists of clause numbers that recordings share: recordings that came and changed together have one list between them. A list is its
 * count of recordings, its length and its clauses. List 0 is the empty one and belongs to nobody.
 */
export class ClauseLists {
  words: Int32Array = new Int32Array(1 << 12);
  private end = HEADER;
  private idle = 0;

  get bytes(): number {
    return this.words.byteLength;
  }

  /** Whether more room is taken by lists of nobody than by the others. */
  get mostlyIdle(): boolean {
    return this.idle > 1 << 16 && this.idle * 2 > this.end;
  }

  /** The list with other clauses for some of it, in the order that `rank` gives them. It belongs to nobody yet. */
  changed(list: number, { without, added }: ClauseChange, rank: (clause: number) => number): number {
    const kept = [...this.clausesOf(list)].filter((clause) => !without.has(clause));
    const all = [...kept, ...added].sort((a, b) => rank(a) - rank(b));
    const made = this.end;
    this.end += HEADER + all.length;
    if (this.end > this.words.length) {
      const roomier = new Int32Array(Math.max(this.words.length * 2, this.end));
      roomier.set(this.words);
      this.words = roomier;
    }
    this.words[made + 1] = all.length;
    this.words.set(all, made + HEADER);
    this.idle += HEADER + all.length;
    return made;
  }

  /** One recording goes from one list to another. */
  move(from: number, to: number): void {
    const { words } = this;
    if (words[to]! === 0) this.idle -= HEADER + words[to + 1]!;
    words[to] = words[to]! + 1;
    if (from === 0) return;
    words[from] = words[from]! - 1;
    if (words[from] === 0) this.idle += HEADER + words[from + 1]!;
  }

  clausesOf(list: number): Int32Array {
    return this.words.subarray(list + HEADER, list + HEADER + this.words[list + 1]!);
  }

  /** Copies the lists that belong to somebody into an array of their own; the function says where each list is from then on. */
  compact(): (list: number) => number {
    const before = this.words;
    const after = new Int32Array(Math.max(1 << 12, Math.ceil((this.end - this.idle) * 1.25)));
    const moved = new Map<number, number>([[0, 0]]);
    let end = HEADER;
    for (let list = HEADER; list < this.end; list += HEADER + before[list + 1]!) {
      if (before[list] === 0) continue;
      const length = HEADER + before[list + 1]!;
      after.set(before.subarray(list, list + length), end);
      moved.set(list, end);
      end += length;
    }
    this.words = after;
    this.end = end;
    this.idle = 0;
    return (list) => moved.get(list)!;
  }
}
