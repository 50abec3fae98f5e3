import { XML_LIMITS } from './limits';
import { localOf } from './namespaces';
import { XmlRefused } from './refused';

export interface Name {
  /** Without its prefix. */
  readonly local: string;
  readonly hasPrefix: boolean;
  /** Nothing in an element of this name is read. */
  readonly isUnread: boolean;
}

/** As many as are remembered: twice what all versions together have. */
const REMEMBERED = 2000;

/** Names of elements, each looked at once: the same name is the same string ever after. */
export class Names {
  private readonly known = new Map<string, Name>();

  constructor(private readonly unread: ReadonlySet<string>) {}

  /** Throws XmlRefused where it is longer than any. */
  of(written: string): Name {
    return this.known.get(written) ?? this.learn(written);
  }

  private learn(written: string): Name {
    if (written.length > XML_LIMITS.name) {
      throw new XmlRefused('name-too-long', 'an element has a name that is too long');
    }
    const local = interned(localOf(written));
    const name = { local, hasPrefix: written.includes(':'), isUnread: this.unread.has(local) };
    if (this.known.size < REMEMBERED) this.known.set(interned(written), name);
    return name;
  }
}

/** The same text as one string for all: what is cut from a chunk of the file keeps the chunk, and is compared sign by sign. Keys of objects are not. */
export const interned = (text: string): string => Object.keys({ [text]: true })[0]!;
