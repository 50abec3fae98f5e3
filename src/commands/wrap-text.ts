/** A paragraph set into lines under a label that hangs to its left. */
export interface HangingText {
  readonly label: string;
  readonly text: string;
  /** Where the text begins: at least the length of the label. */
  readonly column: number;
  readonly width: number;
}

/** An item of a list within a clause: "  (a)(i) ". Its further lines stand under its first word. */
const ITEM = /^ *(?:(?:\([0-9a-zA-Z]+\))+ )?/;

/**
 * The text in lines of at most `width` characters, the label before the first. Lines of the text stay lines of their own and keep
 * their indentation. Words are never broken: one that is longer than a line has a line of its own.
 */
export function hangingLines({ label, text, column, width }: HangingText): string[] {
  const set = text.split('\n').flatMap((line) => {
    const [item = ''] = ITEM.exec(line) ?? [];
    const lines = fill(line.slice(item.length).split(' '), width - column - lengthOf(item));
    return lines.map((words, place) => (place === 0 ? item : ' '.repeat(lengthOf(item))) + words);
  });
  return set.map((line, place) => `${place === 0 ? label.padEnd(column) : ' '.repeat(column)}${line}`.trimEnd());
}

function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line !== undefined && lengthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line ?? ''];
}

const lengthOf = (text: string): number => [...text].length;
