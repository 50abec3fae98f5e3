/**
 * A phrase that may branch. `lead` introduces the items, `tails` qualify the whole, in the order in which they apply.
 */
export interface Passage {
  readonly lead: string;
  readonly items: readonly Passage[];
  readonly tails: readonly string[];
}

/** A phrase and what it lists, before it is known where in the whole it stands. */
export interface Listing {
  readonly lead: string;
  readonly items: readonly string[];
}

export function phrase(lead: string, items: readonly Passage[] = []): Passage {
  return { lead, items, tails: [] };
}

export function withTail(passage: Passage, tail: string): Passage {
  return { ...passage, tails: [...passage.tails, tail] };
}

export function withLead(passage: Passage, before: string): Passage {
  return { ...passage, lead: before + passage.lead };
}

/**
 * The passage as text. A plain list stays in its paragraph: "the sum of: (a) …; (b) …". Where the list or a branch of it is
 * qualified, or a branch has branches, each has a line, indented by its depth and labelled by its whole path, "(b)(ii)", so
 * that nobody can read a qualification as that of another branch.
 */
export function layOut(passage: Passage): string {
  const { items, tails } = passage;
  const plain =
    items.length === 0 || (tails.length === 0 && items.every((item) => !item.items.length && !item.tails.length));
  return plain ? inOneParagraph(passage) : inLines(passage, { labels: '', depth: 0 }).join('\n');
}

/** The passage in one paragraph, every list in it lettered from (a). */
export function inOneParagraph({ lead, items, tails }: Passage): string {
  const listed = items.length === 0 ? lead : `${lead}: ${lettered(items.map(inOneParagraph))}`;
  return [listed, ...tails].join('; ');
}

/** "(a) …; (b) …" */
export function lettered(items: readonly string[]): string {
  return items.map((text, place) => `(${letter(place)}) ${text}`).join('; ');
}

interface Position {
  readonly labels: string;
  readonly depth: number;
}

/** Lines without the punctuation that ends the last one: that is for whoever puts the passage into a sentence. */
function inLines({ lead, items, tails }: Passage, { labels, depth }: Position): string[] {
  if (items.length === 0) return [[lead, ...tails].join('; ')];
  const branches = items.map((branch, place) => {
    const label = `${labels}(${labelAt(place, depth)})`;
    const [first = '', ...rest] = inLines(branch, { labels: label, depth: depth + 1 });
    return [`${INDENT}${label} ${first}`, ...rest.map((line) => INDENT + line)];
  });
  const parts = [...branches, ...tails.map((tail) => [tail])];
  return [`${lead}:`, ...parts.flatMap((lines, place) => (place + 1 < parts.length ? closed(lines) : lines))];
}

const INDENT = '  ';

const closed = (lines: readonly string[]): string[] =>
  lines.map((line, place) => (place + 1 === lines.length ? `${line};` : line));

/** Letters, then small Roman numerals, then capitals, then digits, and round again: the same in every language. */
function labelAt(place: number, depth: number): string {
  const styles = [letter, roman, (at: number) => letter(at).toUpperCase(), (at: number) => String(at + 1)];
  return styles[depth % styles.length]?.(place) ?? '';
}

/** a to z, then aa, ab. */
function letter(place: number): string {
  const last = String.fromCharCode(97 + (place % 26));
  return place < 26 ? last : letter(Math.floor(place / 26) - 1) + last;
}

const ROMAN = [
  ['c', 100],
  ['xc', 90],
  ['l', 50],
  ['xl', 40],
  ['x', 10],
  ['ix', 9],
  ['v', 5],
  ['iv', 4],
  ['i', 1],
] as const;

function roman(place: number): string {
  let left = place + 1;
  let text = '';
  for (const [digits, value] of ROMAN) {
    for (; left >= value; left -= value) text += digits;
  }
  return text;
}
