/** What a line of JSON says at one place. */
export interface JsonMember {
  /** A string decoded, a number or literal as written, null as nothing, an object or a list as written. */
  readonly text: string;
  readonly kind: 'string' | 'number' | 'literal' | 'structure';
  /** Where in the line it is written. */
  readonly from: number;
  readonly to: number;
}

export type JsonFaultCode = 'json-malformed' | 'json-key-repeated';

export type JsonReading =
  { readonly members: readonly (JsonMember | undefined)[] } | { readonly fault: JsonFaultCode; readonly value: string };

const depthMax = 32;

/** Where a column's name points: a JSON pointer (RFC 6901), or a key of the object itself. */
export const pointerOf = (name: string): string => (name.startsWith('/') ? name : `/${escapedKey(name)}`);

/** A key as a part of a JSON pointer. */
export const escapedKey = (key: string): string =>
  key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;

class Broken {
  constructor(
    readonly code: JsonFaultCode,
    readonly value: string,
  ) {}
}

/**
 * Reads single objects of JSON (RFC 8259) and gives the members at the given places. Strict as JSON.parse is, and beyond it: numbers stay the text that was
 * written, and a key that an object has twice is a fault, since readers differ in which of the two they take.
 */
export class JsonMembers {
  private readonly places = new Map<string, number>();
  private readonly deepest: number;
  private members: (JsonMember | undefined)[] = [];
  private text = '';
  private at = 0;

  constructor(names: readonly string[]) {
    const pointers = names.map(pointerOf);
    pointers.forEach((pointer, place) => this.places.set(pointer, place));
    this.deepest = Math.max(0, ...pointers.map((pointer) => pointer.split('/').length - 1));
  }

  read(text: string): JsonReading {
    this.text = text;
    this.at = 0;
    this.members = Array.from({ length: this.places.size });
    try {
      this.skipBlanks();
      if (text[this.at] !== '{') throw this.broken();
      this.object('', 1);
      this.skipBlanks();
      if (this.at < text.length) throw this.broken();
      return { members: this.members };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { fault: error.code, value: error.value };
    }
  }

  /** `pointer` is undefined where nothing that is asked for lies below. */
  private value(pointer: string | undefined, depth: number): void {
    const { text, at } = this;
    const place = pointer === undefined ? undefined : this.places.get(pointer);
    const kind = this.step(text[at], pointer, depth);
    if (place === undefined) return;
    const written = text.slice(at, this.at);
    this.members[place] = {
      text: kind === 'string' ? decoded(written) : written === 'null' ? '' : written,
      kind,
      from: at,
      to: this.at,
    };
  }

  private step(first: string | undefined, pointer: string | undefined, depth: number): JsonMember['kind'] {
    if (first === '"') {
      this.token(string);
      return 'string';
    }
    if (first === '{' || first === '[') {
      if (depth === depthMax) throw this.broken();
      if (first === '{') this.object(pointer, depth + 1);
      else this.list(depth + 1);
      return 'structure';
    }
    const isLiteral = first === 't' || first === 'f' || first === 'n';
    this.token(isLiteral ? literal : number);
    return isLiteral ? 'literal' : 'number';
  }

  private object(pointer: string | undefined, depth: number): void {
    const below = pointer === undefined || depth > this.deepest ? undefined : pointer;
    const keys = new Set<string>();
    this.at += 1;
    this.skipBlanks();
    if (this.took('}')) return;
    do {
      this.skipBlanks();
      const key = decoded(this.token(string));
      if (keys.has(key)) throw new Broken('json-key-repeated', key);
      keys.add(key);
      this.skipBlanks();
      if (!this.took(':')) throw this.broken();
      this.skipBlanks();
      this.value(below === undefined ? undefined : `${below}/${escapedKey(key)}`, depth);
      this.skipBlanks();
    } while (this.took(','));
    if (!this.took('}')) throw this.broken();
  }

  private list(depth: number): void {
    this.at += 1;
    this.skipBlanks();
    if (this.took(']')) return;
    do {
      this.skipBlanks();
      this.value(undefined, depth);
      this.skipBlanks();
    } while (this.took(','));
    if (!this.took(']')) throw this.broken();
  }

  private token(form: RegExp): string {
    form.lastIndex = this.at;
    const [token] = form.exec(this.text) ?? [];
    if (token === undefined) throw this.broken();
    this.at += token.length;
    return token;
  }

  private took(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0x0a) return;
      this.at += 1;
    }
  }

  private broken(): Broken {
    return new Broken('json-malformed', this.text.slice(this.at));
  }
}

const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literal = /true|false|null/y;

const decoded = (token: string): string => (token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1));
