import { XmlRefused } from './refused';

interface Declared {
  readonly depth: number;
  readonly prefix: string;
  readonly namespace: string;
}

/** Namespaces of prefixes, as far down as they are declared. Messages declare a few at the root, and use one there. */
export class Namespaces {
  private defaults = 0;
  private readonly declared: Declared[] = [
    { depth: 0, prefix: '', namespace: '' },
    { depth: 0, prefix: 'xml', namespace: 'http://www.w3.org/XML/1998/namespace' },
  ];

  /** Whether names without a prefix have a namespace somewhere. */
  get hasDefault(): boolean {
    return this.defaults > 0;
  }

  /** The depth of the innermost element that declares something. */
  get deepest(): number {
    return this.declared.at(-1)!.depth;
  }

  /** The attributes of an element that has prefixes or declarations in them. Throws XmlRefused at what names nothing, or the same twice. */
  declare(attributes: Readonly<Record<string, string>>, depth: number): void {
    const names = Object.keys(attributes);
    for (const name of names) {
      if (name === 'xmlns') {
        this.declared.push({ depth, prefix: '', namespace: attributes[name]!.trim() });
        this.defaults += 1;
      } else if (name.startsWith('xmlns:')) this.declarePrefix(name.slice(6), attributes[name]!.trim(), depth);
    }
    const expanded = new Set<string>();
    for (const name of names) {
      if (!name.includes(':') || name.startsWith('xmlns:')) continue;
      const full = `${this.namespaceOf(name)} ${localOf(name)}`;
      if (expanded.has(full)) throw new XmlRefused('xml-malformed', 'an attribute is given twice, under two prefixes');
      expanded.add(full);
    }
  }

  /** What was declared in an element at this depth ends. */
  leave(depth: number): void {
    while (this.deepest === depth) if (this.declared.pop()!.prefix === '') this.defaults -= 1;
  }

  /** The namespace of an element or attribute by its name as written; '' is none. */
  namespaceOf(name: string): string {
    const colon = name.indexOf(':');
    if (colon < 0) return this.lookUp('');
    if (colon === 0 || colon === name.length - 1 || name.includes(':', colon + 1)) {
      throw new XmlRefused('xml-malformed', 'a name has a colon too many');
    }
    return this.lookUp(name.slice(0, colon));
  }

  private lookUp(prefix: string): string {
    for (let at = this.declared.length - 1; at >= 0; at -= 1) {
      if (this.declared[at]!.prefix === prefix) return this.declared[at]!.namespace;
    }
    throw new XmlRefused('xml-malformed', 'a prefix is not declared');
  }

  private declarePrefix(prefix: string, namespace: string, depth: number): void {
    if (prefix === '' || prefix === 'xmlns' || namespace === '' || prefix.includes(':')) {
      throw new XmlRefused('xml-malformed', 'a prefix is declared as nothing, or is none that may be declared');
    }
    this.declared.push({ depth, prefix, namespace });
  }
}

/** A name without its prefix. */
export const localOf = (name: string): string => name.slice(name.indexOf(':') + 1);
