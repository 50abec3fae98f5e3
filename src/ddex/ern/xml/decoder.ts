import { XmlRefused } from './refused';

const DECLARED_WITHIN = 1024;
const DECLARATION = /^\s*<\?xml\s[^>]{0,400}?\sencoding\s*=\s*(["'])([^"'<>]{1,80})\1/;

interface Form {
  readonly label: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Bytes of the byte order mark. */
  readonly mark: number;
}

/** By the first bytes, as XML says (appendix F): a byte order mark, or how '<' is written. */
function formOf(bytes: Buffer): Form {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { label: 'utf-8', mark: 3 };
  if (first === 0xff && second === 0xfe) return { label: 'utf-16le', mark: 2 };
  if (first === 0xfe && second === 0xff) return { label: 'utf-16be', mark: 2 };
  if (first === 0x3c && second === 0x00) return { label: 'utf-16le', mark: 0 };
  if (first === 0x00 && second === 0x3c) return { label: 'utf-16be', mark: 0 };
  return { label: 'utf-8', mark: 0 };
}

const names: Readonly<Record<Form['label'], readonly string[]>> = {
  'utf-8': ['utf-8', 'utf8'],
  'utf-16le': ['utf-16', 'utf-16le'],
  'utf-16be': ['utf-16', 'utf-16be'],
};

/**
 * The text of an XML file in UTF-8 or UTF-16, told by its first bytes; what its declaration says must agree. Throws XmlRefused at another encoding.
 */
export class XmlDecoder {
  /** Once it is known: bytes were not of the encoding, and nothing after them is told. */
  failure: XmlRefused | undefined;
  private label: Form['label'] = 'utf-8';
  private isBegun = false;
  private begun: Buffer[] = [];
  private held: Buffer = Buffer.alloc(0);
  private length = 0;

  /** The text of these bytes, as far as it can be told yet: '' until the first kilobyte is there. */
  text(bytes: Uint8Array): string {
    if (this.failure !== undefined) return '';
    if (this.isBegun) return this.decode(bytes, false);
    this.begun.push(Buffer.from(bytes));
    this.length += bytes.length;
    return this.length < DECLARED_WITHIN ? '' : this.begin(false);
  }

  /** What was kept back. */
  end(): string {
    if (this.failure !== undefined) return '';
    return this.isBegun ? this.decode(new Uint8Array(), true) : this.begin(true);
  }

  private begin(isAll: boolean): string {
    const bytes = Buffer.concat(this.begun);
    this.begun = [];
    const { label, mark } = formOf(bytes);
    this.label = label;
    this.isBegun = true;
    if (bytes[0] === 0x00 && bytes[1] === 0x00) {
      throw new XmlRefused('encoding-unsupported', 'the file is in UTF-32, and only UTF-8 and UTF-16 are read');
    }
    const text = this.decode(bytes.subarray(mark), isAll);
    const declared = DECLARATION.exec(text.slice(0, DECLARED_WITHIN))?.[2]?.toLowerCase();
    if (declared === undefined && mark === 0 && label !== 'utf-8') {
      throw new XmlRefused('encoding-wrong', 'UTF-16 needs a byte order mark, or a declaration that says so');
    }
    if (declared !== undefined && !names[label].includes(declared)) {
      const known = Object.values(names).flat().includes(declared);
      throw new XmlRefused(
        known ? 'encoding-wrong' : 'encoding-unsupported',
        known ? `the file says that it is in ${declared}, and is not` : 'only UTF-8 and UTF-16 are read',
      );
    }
    return text;
  }

  /** Where bytes are not of the encoding, the text before them: where a file is cut makes no difference to what is told of it. */
  private decode(bytes: Uint8Array, isEnd: boolean): string {
    const whole = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    const length = isEnd ? whole.length : completeLength(whole, this.label);
    this.held = Buffer.from(whole.subarray(length));
    const told = whole.subarray(0, length);
    try {
      return decoded(told, this.label, false);
    } catch {
      this.failure = new XmlRefused('encoding-wrong', `bytes are not ${this.label.toUpperCase()}`);
      return decoded(told.subarray(0, soundLength(told, this.label)), this.label, true);
    }
  }
}

const decoded = (bytes: Uint8Array, label: string, isCut: boolean): string =>
  new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });

/** Without the beginning of a character whose end is yet to come. */
function completeLength(bytes: Uint8Array, label: Form['label']): number {
  const { length } = bytes;
  if (label === 'utf-8') {
    for (let back = 1; back <= Math.min(3, length); back += 1) {
      const byte = bytes[length - back]!;
      if (byte < 0x80) return length;
      if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
    }
    return length;
  }
  const even = length - (length % 2);
  const high = even < 2 ? 0 : bytes[label === 'utf-16le' ? even - 1 : even - 2]!;
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

/** How many bytes from the beginning are of the encoding. */
function soundLength(bytes: Uint8Array, label: string): number {
  let [sound, wrong] = [0, bytes.length];
  while (sound < wrong) {
    const middle = Math.ceil((sound + wrong) / 2);
    try {
      decoded(bytes.subarray(0, middle), label, true);
      sound = middle;
    } catch {
      wrong = middle - 1;
    }
  }
  return sound;
}
