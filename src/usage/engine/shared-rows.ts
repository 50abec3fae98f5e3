import { wholeShare } from '../../kernel/money';

/** A share of a recording in some territories, from a day of the report on until another one, which is not included. */
export interface ShareSpan {
  /** In millionths, below `wholeShare`. */
  readonly share: number;
  /** Their numbers. */
  readonly territories: readonly number[];
  /** From the report's first day. */
  readonly from: number;
  readonly until: number;
}

/** Which row of a recording a line belongs to, in memory that threads share; all empty where every recording is whole. */
export interface SharedRows {
  /** Of each row its share in millionths. */
  readonly shares: Uint32Array;
  /** Of each recording where its list in `lists` begins; 0: it has none. */
  readonly listAt: Uint32Array;
  /** Lists: how many spans, and of each its territories, first day, day after the last, and how far behind the recording its row lies. */
  readonly lists: Uint32Array;
  /** Sets of territories, a byte for each territory number. */
  readonly territories: Uint8Array;
}

const territoriesMax = 512;
const territoryOf = (place: number): number => place >>> 11;
const wordsOfSpan = 4;

const noSharedRows: SharedRows = {
  ...{ shares: new Uint32Array(0), listAt: new Uint32Array(0), lists: new Uint32Array(0) },
  territories: new Uint8Array(0),
};

/** The shares of a recording below the whole, each once, ascending: its rows, behind the one of the whole. */
export const sharesOf = (spans: readonly ShareSpan[]): number[] =>
  [...new Set(spans.map(({ share }) => share))].sort((a, b) => a - b);

/** `spansAt` by the place of the recording; `rows` is how many there are, those of shares included. */
export function sharedRowsOf(spansAt: ReadonlyMap<number, readonly ShareSpan[]>, rows: number): SharedRows {
  if (spansAt.size === 0) return noSharedRows;
  const sets = new Map<string, number>();
  const words: number[] = [0];
  const made = {
    shares: new Uint32Array(new SharedArrayBuffer(rows * 4)).fill(wholeShare),
    listAt: new Uint32Array(new SharedArrayBuffer(rows * 4)),
  };
  // Recordings of one statement have one list between them.
  const known = new Map<string, number>();
  for (const [recording, spans] of spansAt) {
    const shares = sharesOf(spans);
    shares.forEach((share, at) => (made.shares[recording + 1 + at] = share));
    const list = spans.map(({ share, territories, from, until }) => {
      const key = territories.join();
      const set = sets.get(key) ?? sets.size;
      sets.set(key, set);
      return [set, from, until, 1 + shares.indexOf(share)];
    });
    const key = list.join(' ');
    const at = known.get(key) ?? words.length;
    if (at === words.length) words.push(list.length, ...list.flat());
    known.set(key, at);
    made.listAt[recording] = at;
  }
  const lists = new Uint32Array(new SharedArrayBuffer(words.length * 4));
  lists.set(words);
  const territories = new Uint8Array(new SharedArrayBuffer(sets.size * territoriesMax));
  for (const [key, set] of sets)
    for (const number of key.split(',')) territories[set * territoriesMax + Number(number)] = 1;
  return { ...made, lists, territories };
}

/** The row of a line: the recording's own, or one behind it where the label controls a part on that day and in that place. */
export function rowOf(
  { listAt, lists, territories }: SharedRows,
  recording: number,
  place: number,
  day: number,
): number {
  const at = listAt[recording]!;
  if (at === 0) return recording;
  const end = at + 1 + lists[at]! * wordsOfSpan;
  for (let span = at + 1; span < end; span += wordsOfSpan) {
    const isThere = territories[lists[span]! * territoriesMax + territoryOf(place)] === 1;
    if (isThere && day >= lists[span + 1]! && day < lists[span + 2]!) return recording + lists[span + 3]!;
  }
  return recording;
}

export const shareOfRow = ({ shares }: SharedRows, row: number): number => shares[row] ?? wholeShare;
