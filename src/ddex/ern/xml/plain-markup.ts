import { type SaxesParser, type SaxesTagPlain } from 'saxes';
import { type Name, type Names } from './names';

/** What saxes 6.0.0 keeps to itself, as far as it is used here. */
interface Insides {
  stateTable: ((this: Insides) => void)[];
  readonly sText: (this: Insides) => void;
  readonly sOpenWaka: (this: Insides) => void;
  readonly chunk: string;
  i: number;
  state: number;
  line: number;
  column: number;
  readonly text: string;
  readonly forbiddenState: number;
  readonly tags: SaxesTagPlain[];
  tag: SaxesTagPlain | null;
  closedRoot: boolean;
}

const TAB = 0x09;
const NEW_LINE = 0x0a;
const SPACE = 0x20;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const GREATER = 0x3e;
const CLOSE_BRACKET = 0x5d;
/** From here on a character may be half of one. */
const SURROGATES = 0xd800;
/** Longer tags have attributes. */
const NAME_MAX = 60;

/** Who is told of plain markup, instead of by the parser's own handlers. */
export interface PlainListener {
  open(name: Name): void;
  close(): void;
  text(text: string): void;
}

/**
 * Lets a parser pass over plain markup in strides: texts without references and brackets, opening tags of names that it has read before and without attributes, closing tags
 * as they were opened. That is nearly all of a message, and most of the parser's time. Whatever is not as plain as that, it reads by itself, from the same place.
 */
export function quicken(parser: SaxesParser, names: Names, listener: PlainListener): void {
  const insides = parser as unknown as Insides;
  const { stateTable, sText } = insides;
  const [inText, afterLess] = [stateTable.indexOf(sText), stateTable.indexOf(insides.sOpenWaka)];
  stateTable[inText] = function (this: Insides): void {
    const { chunk, tags, i: from } = this;
    if (tags.length === 0 || this.text !== '' || this.forbiddenState !== 0) return sText.call(this);
    let at = from;
    for (;;) {
      const less = chunk.indexOf('<', at);
      const text = less < 0 ? SPECIAL : textIn(chunk, at, less);
      if (text === SPECIAL) break;
      // Blanks after a tag lie between elements; others may be part of a text that something else has cut.
      if (text === PLAIN || (less > at && at === from)) listener.text(chunk.slice(at, less));
      const after =
        chunk.charCodeAt(less + 1) === SLASH ? closed(this, less, listener) : opened(this, less, names, listener);
      if (after < 0) {
        this.i = less + 1;
        this.state = afterLess;
        break;
      }
      this.i = at = after;
      if (tags.length === 0) break;
    }
    if (this.i === from) return sText.call(this);
    countLines(this, from);
  };
}

/** Nothing but blanks, nothing that is more than itself, or something that the parser must look at. */
const [BLANK, PLAIN, SPECIAL] = [0, 1, 2] as const;

function textIn(chunk: string, from: number, end: number): typeof BLANK | typeof PLAIN | typeof SPECIAL {
  let at = from;
  while (at < end && (chunk.charCodeAt(at) === SPACE || chunk.charCodeAt(at) === NEW_LINE)) at += 1;
  if (at === end) return BLANK;
  for (; at < end; at += 1) {
    const code = chunk.charCodeAt(at);
    if (
      code < SPACE
        ? code !== NEW_LINE && code !== TAB
        : code === AMPERSAND || code === CLOSE_BRACKET || code >= SURROGATES
    ) {
      return SPECIAL;
    }
  }
  return PLAIN;
}

/** Where a closing tag ends, as it was opened; -1 where it is another, or not all of it is in this chunk. */
function closed(parser: Insides, less: number, listener: PlainListener): number {
  const { chunk, tags } = parser;
  const tag = tags[tags.length - 1]!;
  const end = less + 2 + tag.name.length;
  if (chunk.charCodeAt(end) !== GREATER || !chunk.startsWith(tag.name, less + 2)) return -1;
  tags.pop();
  parser.tag = tag;
  listener.close();
  if (tags.length === 0) parser.closedRoot = true;
  return end + 1;
}

/** Where an opening tag ends that is nothing but a name that was read before; -1 for all others. */
function opened(parser: Insides, less: number, names: Names, listener: PlainListener): number {
  const { chunk } = parser;
  const expected = names.expected;
  const isExpected = expected !== undefined && chunk.startsWith(expected.opening, less + 1);
  const greater = isExpected ? less + expected.opening.length : chunk.indexOf('>', less + 2);
  if (greater < 0 || greater - less > NAME_MAX) return -1;
  const name = isExpected ? expected : names.find(chunk.slice(less + 1, greater));
  if (name === undefined) return -1;
  names.followedBy(name);
  parser.tag = name.tag;
  listener.open(name);
  parser.tags.push(name.tag);
  return greater + 1;
}

/** As the parser would have, for telling where something is wrong. */
function countLines(parser: Insides, from: number): void {
  const { chunk, i } = parser;
  let last = -1;
  for (let at = chunk.indexOf('\n', from); at >= 0 && at < i; at = chunk.indexOf('\n', at + 1)) {
    parser.line += 1;
    last = at;
  }
  parser.column = last < 0 ? parser.column + i - from : i - last - 1;
}
