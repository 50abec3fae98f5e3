/** A value for any row of texts. One map for each text: joining them to a key costs several times as much for each of a million sums. */
export class TextTree<Value> {
  private readonly branches = new Map<string, TextTree<Value>>();
  value: Value | undefined;

  at(text: string): TextTree<Value> {
    let branch = this.branches.get(text);
    if (!branch) this.branches.set(text, (branch = new TextTree()));
    return branch;
  }

  *values(): Generator<Value> {
    if (this.value !== undefined) yield this.value;
    for (const branch of this.branches.values()) yield* branch.values();
  }
}

/** Each text's place in code-unit order. Texts that are in order already cost one pass. */
export function placesInOrder(texts: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const text of [...new Set(texts)].sort()) places.set(text, places.size);
  return places;
}

export interface Placed<Entry> {
  readonly entries: readonly Entry[];
  /** The place of each entry: an integer from 0 on. */
  readonly places: readonly number[];
}

/**
 * All entries by their places, those of one place in the order given. They are counted, not compared: comparing a million
 * sums by their texts took longer than all the rest of rating.
 */
export function countedIntoPlace<Entry>(groups: readonly Placed<Entry>[], placeCount: number): Entry[] {
  const starts = new Uint32Array(placeCount + 1);
  for (const { places } of groups) for (const place of places) starts[place + 1]! += 1;
  for (let place = 1; place < starts.length; place += 1) starts[place]! += starts[place - 1]!;
  const sorted = new Array<Entry>(starts[placeCount]!);
  for (const { entries, places } of groups) {
    entries.forEach((entry, index) => {
      sorted[starts[places[index]!]!++] = entry;
    });
  }
  return sorted;
}
