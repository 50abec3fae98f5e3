/**
 * Escapes of the flat file. Published form: `\TAB` carries a tab, `\\|` a pipe, `\\\` a backslash. Some senders write one
 * backslash less (`\|`, `\\`). Reading the published form, that is taken only in cells of a single value, where it cannot be
 * mistaken; of a sender who is known to write so, it is the only reading.
 */
export type Escapes = 'published' | 'one-backslash';

export const TAB = 0x09;
export const PIPE = 0x7c;
export const BACKSLASH = 0x5c;

/** Bytes of the escape that starts with the backslash at `at`; its last byte is the one carried. 1: no escape. */
export function escapeLength(bytes: Uint8Array, at: number, end: number, escapes: Escapes): 1 | 2 | 3 {
  const second = at + 1 < end ? bytes[at + 1] : undefined;
  if (second === TAB || second === PIPE) return 2;
  if (second !== BACKSLASH) return 1;
  if (escapes === 'one-backslash') return 2;
  const third = at + 2 < end ? bytes[at + 2] : undefined;
  return third === PIPE || third === BACKSLASH ? 3 : 2;
}

export interface CellText {
  readonly values: readonly string[];
  readonly fault: 'escape-invalid' | 'pipe-unescaped' | null;
}

/** The values of a cell as text, unescaped, with the first offence against the rules. Bytes are read as UTF-8. */
export function readCellText(
  bytes: Buffer,
  start: number,
  end: number,
  { multiple, escapes }: { readonly multiple: boolean; readonly escapes: Escapes },
): CellText {
  const values: string[] = [];
  let fault: CellText['fault'] = null;
  let carried: number[] = [];
  const close = () => {
    values.push(Buffer.from(carried).toString('utf8'));
    carried = [];
  };
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) {
      const length = escapeLength(bytes, at, end, escapes);
      const last = bytes[at + length - 1]!;
      const isMistakable = multiple && escapes === 'published' && length === 2 && last !== TAB;
      if (length === 1 || isMistakable) fault ??= 'escape-invalid';
      carried.push(last);
      at += length - 1;
    } else if (byte === PIPE && multiple) {
      close();
    } else {
      if (byte === PIPE) fault ??= 'pipe-unescaped';
      carried.push(byte);
    }
  }
  close();
  return { values, fault };
}

/** Text in the published form. Refuses (RangeError) what a cell cannot carry: line ends and other control characters. */
export function escapeText(text: string): string {
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) {
    throw new RangeError('a cell cannot carry line ends or control characters');
  }
  return text.replace(/[\t|\\]/g, (mark) => (mark === '\t' ? '\\\t' : `\\\\${mark}`));
}
