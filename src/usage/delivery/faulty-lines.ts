import { lineBytesMax } from '../engine/careful-line';
import type { HeldLine, KeptFault } from '../engine/held-and-faults';
import { lineChunks, linesIn, withoutReturn } from '../engine/line-chunks';
import type { LineForm } from './line-forms';

/** A line of a report, and all that there is to say against it. */
export interface NamedLine {
  readonly line: number;
  readonly reason: string;
}

const piece = 64 * 1024;

/**
 * The named lines of a file as they came, each with its reason, and the lines that are needed to read them. Both sides are read once, in their order,
 * with memory that grows with neither. Of a line that is longer than any report's the beginning is given.
 */
export async function* faultyLines(
  file: AsyncIterable<Buffer>,
  named: AsyncIterable<NamedLine>,
  form: LineForm,
): AsyncGenerator<Buffer> {
  const coming = named[Symbol.asyncIterator]();
  let given: (Buffer | string)[] = [];
  let length = 0;
  const give = (text: Buffer | string): void => {
    given.push(text);
    length += text.length;
  };
  try {
    let next = await nextOf(coming);
    let number = 0;
    for await (const chunk of lineChunks(file, lineBytesMax)) {
      for (const line of linesIn(chunk)) {
        number += 1;
        // A fault of the file as a whole may name a line that has gone by.
        while (next !== undefined && next.line < number) next = await nextOf(coming);
        form.line(withoutReturn(line), number, next?.line === number ? next.reason : null, give);
        if (length < piece) continue;
        yield joined(given);
        given = [];
        length = 0;
      }
    }
    form.end(give);
    if (given.length > 0) yield joined(given);
  } finally {
    // Also where whoever downloads has gone.
    await coming.return?.();
  }
}

const nextOf = async (lines: AsyncIterator<NamedLine>): Promise<NamedLine | undefined> => {
  const { value, done } = await lines.next();
  return done === true ? undefined : (value as NamedLine);
};

const joined = (parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));

/** Lines with an error, all errors of a line together; warnings reject nothing. */
export async function* linesAtFault(faults: AsyncIterable<KeptFault>): AsyncGenerator<NamedLine> {
  let line = 0;
  let reasons: string[] = [];
  for await (const fault of faults) {
    if (fault.severity !== 'error') continue;
    const of = Number(fault.line);
    if (of !== line && reasons.length > 0) {
      yield { line, reason: reasons.join('; ') };
      reasons = [];
    }
    line = of;
    if (reasons.length < reasonsMax) reasons.push(reasonOf(fault));
  }
  if (reasons.length > 0) yield { line, reason: reasons.join('; ') };
}

/** More than a line of a report has cells that anybody corrects at once. */
const reasonsMax = 50;

const reasonOf = ({ code, cellName, message }: KeptFault): string =>
  `${code}${cellName === null || cellName === '' ? '' : ` (${cellName})`}: ${message}`;

/** Held lines, with the reason why no agreement covers them. */
export async function* linesHeld(held: AsyncIterable<HeldLine>): AsyncGenerator<NamedLine> {
  for await (const { line, reason } of held) yield { line, reason: `held: ${reason}` };
}

/** The lines of one of several files by their numbers there: `before` lines lie in files before it. Others are passed over by whoever reads the file. */
export async function* ofFile(lines: AsyncIterable<NamedLine>, before: number): AsyncGenerator<NamedLine> {
  for await (const { line, reason } of lines) yield { line: line - before, reason };
}

/** Two lists in the order of their lines as one. No line is in both: one that is held is sound. */
export async function* merged(
  left: AsyncIterable<NamedLine>,
  right: AsyncIterable<NamedLine>,
): AsyncGenerator<NamedLine> {
  const [lefts, rights] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()];
  try {
    let [a, b] = [await nextOf(lefts), await nextOf(rights)];
    while (a !== undefined || b !== undefined) {
      if (b === undefined || (a !== undefined && a.line <= b.line)) {
        yield a!;
        a = await nextOf(lefts);
      } else {
        yield b;
        b = await nextOf(rights);
      }
    }
  } finally {
    await lefts.return?.();
    await rights.return?.();
  }
}
