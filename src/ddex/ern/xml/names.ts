import { type SaxesTagPlain } from 'saxes';
import { XML_LIMITS } from './limits';
import { localOf } from './namespaces';
import { XmlRefused } from './refused';

export interface Name {
  readonly written: string;
  /** Without its prefix. */
  readonly local: string;
  readonly hasPrefix: boolean;
  /** Nothing in an element of this name is read. */
  readonly isUnread: boolean;
  /** An opening tag of it without attributes, the same for all. */
  readonly tag: SaxesTagPlain;
  /** As such a tag is written, without its '<'. */
  readonly opening: string;
  /** The one that came after it the last time. */
  next: Name | undefined;
}

/** For tags without any: nobody writes into it. */
const NO_ATTRIBUTES: Record<string, string> = Object.freeze(Object.create(null) as Record<string, string>);

/** As many as are remembered: twice what all versions together have. */
const REMEMBERED = 2000;

/** Names of elements, each looked at once: the same name is the same string ever after. */
export class Names {
  private readonly known = new Map<string, Name>();
  private last: Name | undefined;

  constructor(private readonly unread: ReadonlySet<string>) {}

  /** The one that came the last time where the next one comes: mostly it comes again, and need not be looked for. */
  get expected(): Name | undefined {
    return this.last?.next;
  }

  /** One has been opened. */
  followedBy(name: Name): void {
    if (this.last !== undefined) this.last.next = name;
    this.last = name;
  }

  /** One that was read before. */
  find(written: string): Name | undefined {
    return this.known.get(written);
  }

  /** Of an element that the parser has read. Throws XmlRefused where it is longer than any. */
  of(written: string): Name {
    return this.known.get(written) ?? this.learn(written);
  }

  private learn(written: string): Name {
    if (written.length > XML_LIMITS.name) {
      throw new XmlRefused('name-too-long', 'an element has a name that is too long');
    }
    const whole = interned(written);
    const local = interned(localOf(written));
    const name: Name = {
      written: whole,
      local,
      hasPrefix: written.includes(':'),
      isUnread: this.unread.has(local),
      tag: { name: whole, attributes: NO_ATTRIBUTES, isSelfClosing: false },
      opening: interned(`${written}>`),
      next: undefined,
    };
    if (this.known.size < REMEMBERED) this.known.set(whole, name);
    return name;
  }
}

/** The same text as one string for all: what is cut from a chunk of the file keeps the chunk, and is compared sign by sign. Keys of objects are not. */
const interned = (text: string): string => Object.keys({ [text]: true })[0]!;

/** Shorter ones are copied when they are cut. */
const CUT_LENGTH = 13;

/** A text that is kept for long, without the chunk that it was cut from. */
export const kept = (text: string): string => (text.length < CUT_LENGTH ? text : interned(text));
