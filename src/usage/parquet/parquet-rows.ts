import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pointerOf } from '../engine/json-members';
import type { ColumnKind, Mapping } from '../mapping';
import { unpackedMost } from '../unpacked';
import { type CellForms, cellTexts } from './cell-text';
import { ColumnPages, HeldBytes, type Page } from './column-pages';
import { type ByteSource, type Footer, readFooter } from './footer';
import { type Leaf, type LeafKind, typeName } from './leaves';
import { corrupt, type ParquetFault, ParquetUnreadable, tooTight } from './unreadable';
import type { Values } from './values';

type Columns = Mapping['columns'];

/** What the columns of a file may take at once: a page and a dictionary each. */
const heldMax = 512 * 1024 * 1024;
const rowsAtOnce = 4_096;
const chunkLength = 256 * 1024;

export interface RowsAsked {
  /** The columns that a mapping names. */
  readonly columns?: Columns | undefined;
  /** With all others that can be told as text. */
  readonly isWhole?: boolean;
  /** No more of them than these, from the first on, and no more work than so few deserve. */
  readonly rowsMax?: number;
  readonly forms: CellForms;
  /** Told how much of the file has been read, in bytes. */
  readonly at?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * The rows of a Parquet file as JSON Lines: an object a row, every value the text that a mapping's cell holds, null where there is none. Memory is a page and a dictionary
 * a column. Stops by ParquetUnreadable.
 */
export async function* parquetRows(
  path: string,
  { columns = {}, isWhole = false, rowsMax = Infinity, forms, at }: RowsAsked,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const source = await sourceOf(file);
    const footer = await readFooter(source);
    const asked = mapped(footer, columns);
    const leaves = isWhole ? withOthers(footer, asked) : asked;
    refuseTooTight(source, footer, leaves);
    const lines = new RowLines(leaves, forms, mostOf(source));
    let told = 0;
    const held = new HeldBytes(heldMax, rowsMax === Infinity ? Infinity : heldMax);
    for (const { rows: all, chunks } of footer.groups) {
      const wanted = Math.min(all, rowsMax - told);
      const pages = leaves.map((leaf) => new ColumnPages(source, leaf, chunks[leaf.number]!, held, wanted));
      for await (const { text, rows } of rowsOf(pages, wanted, lines)) {
        yield text;
        told += rows;
        await at?.(Math.max(1, Math.floor((source.bytes * told) / footer.rows)));
      }
      held.leaveAll();
    }
  } finally {
    await file.close();
  }
}

/** Whether a mapping can read the file, told by its footer. Stops by ParquetUnreadable, all that does not fit at once. */
export async function checkParquet(path: string, columns: Columns): Promise<void> {
  const file = await open(path, 'r');
  try {
    const source = await sourceOf(file);
    const footer = await readFooter(source);
    refuseTooTight(source, footer, mapped(footer, columns));
  } finally {
    await file.close();
  }
}

async function sourceOf(file: FileHandle): Promise<ByteSource> {
  const { size: bytes } = await file.stat();
  return {
    bytes,
    async read(offset, length) {
      const buffer = Buffer.allocUnsafeSlow(length);
      for (let read = 0; read < length;) {
        const { bytesRead } = await file.read(buffer, read, length - read, offset + read);
        if (bytesRead === 0) throw corrupt('it ends too early');
        read += bytesRead;
      }
      return buffer;
    },
  };
}

const mostOf = ({ bytes }: ByteSource): number => unpackedMost(BigInt(bytes));

/** What the footer claims is believed only where it is to be refused. */
function refuseTooTight(source: ByteSource, { rows, groups }: Footer, leaves: readonly Leaf[]): void {
  const most = mostOf(source);
  if (rows > most) throw tooTight(`the file claims ${rows} rows, far more than its ${source.bytes} bytes can hold`);
  for (const { chunks } of groups) {
    for (const { number, path } of leaves) {
      const { unpackedBytes } = chunks[number]!;
      if (unpackedBytes > most)
        throw tooTight(`a row group of the column "${path.join('.')}" claims to unpack to ${unpackedBytes} bytes`);
    }
  }
}

const kindsFor: Readonly<Record<ColumnKind, readonly LeafKind[]>> = {
  isrc: ['text'],
  quantity: ['integer', 'decimal', 'text'],
  returns: ['integer', 'decimal', 'text'],
  day: ['day', 'instant', 'text', 'integer'],
  territory: ['text', 'integer'],
  use: ['text', 'integer', 'boolean'],
  model: ['text', 'integer', 'boolean'],
  sales: ['decimal', 'integer', 'text'],
};

const isCounted = (kind: string): kind is ColumnKind => Object.hasOwn(kindsFor, kind);

/** What is wrong with a column for what it is to hold; a double cannot tell whether a count lost digits before it came here. */
function unfit(kind: ColumnKind, leaf: Leaf): ParquetFault | undefined {
  if (!leaf.isRepeated && kindsFor[kind].includes(leaf.kind)) return undefined;
  const name = leaf.path.join('.');
  const why =
    leaf.kind === 'floating' && !leaf.isRepeated
      ? `floating-point numbers do not hold every whole number: write it as INT64 or DECIMAL`
      : `that holds no ${kind}`;
  return { code: 'column-type-unfit', message: `the column "${name}" (${kind}) is ${typeName(leaf)}: ${why}` };
}

/** The columns that a mapping names, in the order of the file. */
function mapped({ leaves }: Footer, columns: Columns): Leaf[] {
  const faults: ParquetFault[] = [];
  const asked: Leaf[] = [];
  for (const [kind, name] of Object.entries(columns)) {
    // By what a recording is called nothing is counted, and no file is refused.
    if (!isCounted(kind)) continue;
    const pointer = pointerOf(name);
    const [leaf, another] = leaves.filter((each) => each.pointer === pointer);
    if (leaf === undefined) faults.push({ code: 'column-missing', message: `there is no column "${name}" (${kind})` });
    else if (another !== undefined)
      faults.push({ code: 'column-repeated', message: `the column "${name}" is there twice` });
    else {
      asked.push(leaf);
      const fault = unfit(kind, leaf);
      if (fault !== undefined) faults.push(fault);
    }
  }
  const [first, ...others] = faults;
  if (first !== undefined) throw new ParquetUnreadable([first, ...others]);
  return asked.sort((one, other) => one.number - other.number);
}

/** As many columns as anybody looks at, and names as long as anybody reads: they stand in every line. */
const columnsMax = 60;
const nameBytesMax = 255;

/** The columns that are asked for and others of which a text is made, as many as are looked at; of two that are called alike the first. */
function withOthers({ leaves }: Footer, asked: readonly Leaf[]): Leaf[] {
  const pointers = new Set(asked.map(({ pointer }) => pointer));
  const others = leaves.filter(
    ({ kind, isRepeated, path, pointer }) =>
      !isRepeated &&
      kind !== 'other' &&
      Buffer.byteLength(path.join('.')) <= nameBytesMax &&
      pointers.size < pointers.add(pointer).size,
  );
  const chosen = [...asked, ...others.slice(0, Math.max(0, columnsMax - asked.length))];
  return chosen.sort((one, other) => one.number - other.number);
}

async function* rowsOf(
  pages: readonly ColumnPages[],
  rows: number,
  lines: RowLines,
): AsyncGenerator<{ readonly text: Buffer; readonly rows: number }> {
  const cursors = pages.map((each) => new Cursor(each));
  let [text, waiting] = ['', 0];
  for (let left = rows; left > 0;) {
    for (const cursor of cursors) await cursor.fill();
    const count = Math.min(left, rowsAtOnce, ...cursors.map((cursor) => cursor.left));
    for (let row = 0; row < count; row += 1) {
      text += lines.next(cursors);
      waiting += 1;
      if (text.length < chunkLength) continue;
      yield { text: lines.counted(text), rows: waiting };
      [text, waiting] = ['', 0];
      await nextTurn();
    }
    left -= count;
    await nextTurn();
  }
  if (waiting > 0) yield { text: lines.counted(text), rows: waiting };
}

/** Of a larger dictionary nothing is remembered. */
const cachedMax = 1 << 16;

/** Where in its pages a column has come to. */
class Cursor {
  private page: Page | undefined;
  private row = 0;
  private value = 0;
  /** Of values of a dictionary: their text as JSON, once it was asked for. */
  private texts: (string | undefined)[] = [];
  private textsOf: Values | undefined;

  constructor(private readonly pages: ColumnPages) {}

  get left(): number {
    return this.page === undefined ? 0 : this.page.rows - this.row;
  }

  async fill(): Promise<void> {
    if (this.left > 0) return;
    this.page = undefined;
    this.page = await this.pages.next();
    [this.row, this.value] = [0, 0];
  }

  /** The value of the next row as JSON. */
  next(text: (values: Values, at: number) => string): string {
    const { present, values, indices } = this.page!;
    const row = this.row;
    this.row += 1;
    if (present !== undefined && present[row] === 0) return 'null';
    const value = this.value;
    this.value += 1;
    if (indices === undefined) return JSON.stringify(text(values, value));
    if (values.count > cachedMax) return JSON.stringify(text(values, indices[value]!));
    if (this.textsOf !== values) [this.texts, this.textsOf] = [[], values];
    return (this.texts[indices[value]!] ??= JSON.stringify(text(values, indices[value]!)));
  }
}

/** Makes the lines of rows: what stands before each value is the same in all of them. */
class RowLines {
  private readonly before: readonly string[];
  private readonly end: string;
  private readonly texts: readonly ((values: Values, at: number) => string)[];
  private bytes = 0;

  constructor(
    leaves: readonly Leaf[],
    forms: CellForms,
    private readonly most: number,
  ) {
    this.texts = leaves.map((leaf) => cellTexts(leaf, forms));
    const before: string[] = [];
    let open: readonly string[] = [];
    for (const { path } of leaves) {
      const groups = path.slice(0, -1);
      const common = groups.findIndex((name, depth) => open[depth] !== name);
      const shared = common < 0 ? Math.min(groups.length, open.length) : common;
      const closed = '}'.repeat(open.length - shared);
      const opened = groups.slice(shared).map((name) => `${JSON.stringify(name)}:{`);
      before.push(`${closed}${before.length === 0 ? '{' : ','}${opened.join('')}${JSON.stringify(path.at(-1))}:`);
      open = groups;
    }
    this.before = before;
    this.end = `${before.length === 0 ? '{' : ''}${'}'.repeat(open.length + 1)}\n`;
  }

  next(cursors: readonly Cursor[]): string {
    let line = '';
    for (let at = 0; at < cursors.length; at += 1) line += this.before[at]! + cursors[at]!.next(this.texts[at]!);
    return line + this.end;
  }

  /** Lines as they are given out, names and all. Stops by ParquetUnreadable where they come to more than the file may hold. */
  counted(text: string): Buffer {
    const bytes = Buffer.from(text);
    this.bytes += bytes.length;
    if (this.bytes > this.most) throw tooTight('the file unpacks to far more than its size');
    return bytes;
  }
}
