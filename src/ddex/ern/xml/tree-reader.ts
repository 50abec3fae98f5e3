import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { XmlDecoder } from './decoder';
import { XmlElement } from './element';
import { XML_LIMITS } from './limits';
import { type Name, Names } from './names';
import { Namespaces } from './namespaces';
import { quicken } from './plain-markup';
import { XmlRefused } from './refused';

/** Who reads the elements as they end. */
export interface TreeListener {
  /** The root, opened; gives the namespace whose elements are read beside those of none. Throws XmlRefused where it is not one to read. */
  root(element: XmlElement, namespace: string): string;
  /** A child or grandchild of the root is opened; false where nothing in it is read. */
  opened(element: XmlElement, depth: number): boolean;
  /** A told element has ended: down to grandchildren of the root (depth 3), and to depth 4 in those that come in parts; true takes it out of its parent, which need not be kept. */
  closed(element: XmlElement, depth: number): boolean;
  /** An element of another namespace is passed over, with all in it; this is its parent. */
  foreign(parent: XmlElement): void;
  /** An element has text beside elements. */
  mixed(element: XmlElement): void;
}

/** More than any version has in one element. */
const COUNTED_NAMES = 100;
/** As deep as elements are told of one by one. */
const TOLD_DEPTH = 4;
const CHUNK = 64 * 1024;
const SPACE = 0x20;

/**
 * XML as elements, of which one at a time is held: what a listener takes is forgotten. Everything is bounded by XML_LIMITS while it is read. Throws
 * XmlRefused at what is not well-formed, has a document type, or goes beyond a limit.
 */
export class XmlTreeReader {
  private readonly parser = new SaxesParser();
  private readonly decoder = new XmlDecoder();
  private readonly names: Names;
  private readonly namespaces = new Namespaces();
  /** By depth: how many of each name the open element has. */
  private readonly places = Array.from({ length: TOLD_DEPTH + 1 }, () => new Map<string, number>());
  private own = '';
  private current: XmlElement | null = null;
  private depth = 0;
  /** The depth of an element in which nothing is kept, and whether it is kept itself; 0 where there is none. */
  private hidden = 0;
  private isHiddenKept = false;
  private bytes = 0;
  /** Characters given to the parser since the last tag, from the beginning of the chunk with that tag. */
  private given = 0;
  private attributes = 0;
  private attributeText = 0;
  private hasPrefixes = false;
  private unitElements = 0;
  private unitText = 0;
  private tags = 0;

  constructor(
    private readonly listener: TreeListener,
    /** Names of elements in which nothing is read. */
    unread: ReadonlySet<string>,
    /** Names of grandchildren of the root that are too long to be held: their children are told of one by one. */
    private readonly inParts: ReadonlySet<string>,
  ) {
    this.names = new Names(unread);
    const { parser } = this;
    // Seven at most: with an eighth V8 keeps the parser as a dictionary, and all of it takes five times as long.
    parser.on('error', ({ message }) => this.malformed(message));
    parser.on('doctype', () => {
      throw new XmlRefused('doctype-forbidden', 'a document type is not read');
    });
    parser.on('attribute', ({ name, value }) => this.attribute(name, value));
    parser.on('opentag', (tag) => this.open(tag));
    parser.on('closetag', () => this.close());
    const add = (text: string): void => this.characters(text);
    parser.on('text', add);
    parser.on('cdata', add);
    quicken(parser, this.names, { open: (name) => this.openNamed(name, null), close: () => this.close(), text: add });
  }

  push(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.bytes > XML_LIMITS.bytes) throw new XmlRefused('file-too-large', 'the file is larger than any message');
    for (let start = 0; start < bytes.length; start += CHUNK) {
      this.write(this.decoder.text(bytes.subarray(start, start + CHUNK)));
    }
  }

  /** The file has ended. */
  end(): void {
    this.write(this.decoder.end());
    if (this.given === 0 && this.tags === 0) throw new XmlRefused('xml-truncated', 'the file is empty');
    if (this.current !== null) {
      throw new XmlRefused('xml-truncated', `the file ends inside ${this.current.path}`);
    }
    this.parser.close();
  }

  /** The element that is open, for telling where reading stopped. */
  get place(): string {
    return this.current?.path ?? '';
  }

  private write(text: string): void {
    if (text !== '') this.parse(text);
    if (this.decoder.failure !== undefined) throw this.decoder.failure;
  }

  private parse(text: string): void {
    const before = this.tags;
    this.parser.write(text);
    // Nothing between two tags is so long: a text, a comment, a tag that does not end.
    this.given = this.tags === before ? this.given + text.length : text.length;
    if (this.given > XML_LIMITS.between + CHUNK) {
      throw new XmlRefused('markup-too-long', `${XML_LIMITS.between} characters and more without the end of a tag`);
    }
  }

  private malformed(message: string): never {
    const { line, column } = this.parser;
    const what = message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
    if (/doctype/.test(what)) throw new XmlRefused('doctype-forbidden', 'a document type is not read');
    const code = /entity/.test(what) ? 'entity-forbidden' : 'xml-malformed';
    throw new XmlRefused(code, `line ${line}, column ${column}: ${what}`);
  }

  private attribute(name: string, value: string): void {
    this.attributes += 1;
    this.attributeText += value.length;
    if (this.attributes > XML_LIMITS.attributes) {
      throw new XmlRefused('too-many-attributes', `an element has more than ${XML_LIMITS.attributes} attributes`);
    }
    if (this.attributeText > XML_LIMITS.attributeText) {
      throw new XmlRefused('attribute-too-long', `attributes have more than ${XML_LIMITS.attributeText} characters`);
    }
    if (name.length > XML_LIMITS.name)
      throw new XmlRefused('name-too-long', 'an attribute has a name that is too long');
    if (name.includes(':') || name === 'xmlns') this.hasPrefixes = true;
  }

  private open(tag: SaxesTagPlain): void {
    this.openNamed(this.names.of(tag.name), this.attributes === 0 ? null : tag.attributes);
  }

  private openNamed(name: Name, attributes: XmlElement['attributes']): void {
    this.tags += 1;
    this.depth += 1;
    if (this.depth > XML_LIMITS.depth) {
      throw new XmlRefused('too-deep', `more than ${XML_LIMITS.depth} elements inside one another`);
    }
    if (attributes !== null) this.closeAttributes(attributes);
    // Nearly all elements have no prefix, and nothing is declared for those.
    const namespace = name.hasPrefix || this.namespaces.hasDefault ? this.namespaces.namespaceOf(name.written) : '';
    if (this.hidden > 0) return;
    if (this.current === null) this.openRoot(name.local, namespace, attributes);
    else if (namespace !== '' && namespace !== this.own) {
      this.listener.foreign(this.current);
      this.hide(false);
    } else if (name.isUnread) this.hide(false);
    else this.openInside(this.current, name.local, attributes);
  }

  private closeAttributes(attributes: Readonly<Record<string, string>>): void {
    if (this.hasPrefixes) this.namespaces.declare(attributes, this.depth);
    this.attributes = 0;
    this.attributeText = 0;
    this.hasPrefixes = false;
  }

  private openRoot(name: string, namespace: string, attributes: XmlElement['attributes']): void {
    const { version = '1.0' } = this.parser.xmlDecl;
    if (version !== '1.0') throw new XmlRefused('xml-version-unsupported', 'only XML 1.0 is read');
    this.current = new XmlElement(name, null, attributes, 1);
    this.own = this.listener.root(this.current, namespace);
  }

  private openInside(parent: XmlElement, name: string, attributes: XmlElement['attributes']): void {
    this.unitElements += 1;
    if (this.unitElements > XML_LIMITS.unitElements) this.tooLarge();
    const isTold = this.isTold(this.depth, parent);
    const element = new XmlElement(name, parent, attributes, isTold ? this.placeOf(name) : 0);
    parent.append(element);
    this.current = element;
    if (isTold && !this.listener.opened(element, this.depth)) this.hide(true);
  }

  private isTold(depth: number, parent: XmlElement): boolean {
    return depth < TOLD_DEPTH || (depth === TOLD_DEPTH && this.inParts.has(parent.name));
  }

  /** Which one of its name it is in its parent: counted, since those before it may be gone. */
  private placeOf(name: string): number {
    const counts = this.places[this.depth]!;
    // Names that nobody knows share a count: there may be any number of them.
    const counted = counts.size < COUNTED_NAMES || counts.has(name) ? name : '';
    const place = (counts.get(counted) ?? 0) + 1;
    counts.set(counted, place);
    if (this.depth < TOLD_DEPTH) this.places[this.depth + 1]!.clear();
    return place;
  }

  private hide(isKept: boolean): void {
    this.hidden = this.depth;
    this.isHiddenKept = isKept;
  }

  private close(): void {
    this.tags += 1;
    const { depth } = this;
    if (this.namespaces.deepest === depth) this.namespaces.leave(depth);
    this.depth = depth - 1;
    if (this.hidden > 0) {
      if (depth > this.hidden) return;
      this.hidden = 0;
      if (!this.isHiddenKept) return;
    }
    const element = this.current!;
    element.text = trimmed(element.text);
    this.current = element.parent;
    if (element.first !== null && element.text !== '') this.listener.mixed(element);
    if ((element.parent !== null && !this.isTold(depth, element.parent)) || !this.listener.closed(element, depth))
      return;
    element.remove();
    this.unitElements = 0;
    this.unitText = 0;
  }

  private characters(text: string): void {
    const { current } = this;
    if (current === null || this.hidden > 0) return;
    // Between elements there are blanks, which nobody reads.
    if (current.text === '' && isBlank(text)) return;
    this.unitText += text.length;
    if (this.unitText > XML_LIMITS.unitText) this.tooLarge();
    current.text += text;
  }

  private tooLarge(): never {
    throw new XmlRefused(
      'unit-too-large',
      `a header, party, resource, release or deal has more than ${XML_LIMITS.unitElements} elements or ${XML_LIMITS.unitText} characters`,
    );
  }
}

function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > SPACE) return false;
  return true;
}

/** Without blanks around it, as XML knows blanks: other spaces are part of a text. */
function trimmed(text: string): string {
  if (text === '' || (text.charCodeAt(0) > SPACE && text.charCodeAt(text.length - 1) > SPACE)) return text;
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= SPACE) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= SPACE) end -= 1;
  return text.slice(start, end);
}
