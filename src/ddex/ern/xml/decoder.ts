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
 * The text of an XML file in UTF-8 or UTF-16, told by its first bytes; what its declaration says must agree. Throws XmlRefused at another encoding and at
 * bytes that are not of it.
 */
export class XmlDecoder {
  private decoder: InstanceType<typeof TextDecoder> | undefined;
  private begun: Buffer[] = [];
  private length = 0;

  /** The text of these bytes, as far as it can be told yet: '' until the first kilobyte is there. */
  text(bytes: Uint8Array): string {
    if (this.decoder !== undefined) return this.decode(bytes, false);
    this.begun.push(Buffer.from(bytes));
    this.length += bytes.length;
    return this.length < DECLARED_WITHIN ? '' : this.begin(false);
  }

  /** What was kept back. */
  end(): string {
    return this.decoder === undefined ? this.begin(true) : this.decode(new Uint8Array(), true);
  }

  private begin(isAll: boolean): string {
    const bytes = Buffer.concat(this.begun);
    this.begun = [];
    const { label, mark } = formOf(bytes);
    this.decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
    if (bytes[0] === 0x00 && bytes[1] === 0x00) {
      throw new XmlRefused('encoding-unsupported', 'the file is in UTF-32, and only UTF-8 and UTF-16 are read');
    }
    const text = this.decode(bytes.subarray(mark), isAll);
    const declared = DECLARATION.exec(text.slice(0, DECLARED_WITHIN))?.[2]?.toLowerCase();
    if (declared !== undefined && !names[label].includes(declared)) {
      const known = Object.values(names).flat().includes(declared);
      throw new XmlRefused(
        known ? 'encoding-wrong' : 'encoding-unsupported',
        known ? `the file says that it is in ${declared}, and is not` : 'only UTF-8 and UTF-16 are read',
      );
    }
    return text;
  }

  private decode(bytes: Uint8Array, isEnd: boolean): string {
    try {
      return this.decoder!.decode(bytes, { stream: !isEnd });
    } catch {
      throw new XmlRefused('encoding-wrong', `bytes are not ${this.decoder!.encoding.toUpperCase()}`);
    }
  }
}
