/** An element with all that is in it and is read. Names are without prefix: what is of another namespace is not kept. */
export class XmlElement {
  /** Its character data, all pieces together, blanks around it cut off. */
  text = '';
  /** Those in it, as a chain: most elements have few or none, and an array for each would cost more than the element. */
  first: XmlElement | null = null;
  next: XmlElement | null = null;
  private last: XmlElement | null = null;
  private previous: XmlElement | null = null;

  constructor(
    /** One and the same string for all elements of the name: comparing is comparing places in memory. */
    readonly name: string,
    readonly parent: XmlElement | null,
    /** By names as written. */
    readonly attributes: Readonly<Record<string, string>> | null,
    /** Which one of its name it is, from 1; 0 where that is found out only when asked. */
    readonly place: number,
  ) {}

  append(element: XmlElement): void {
    element.previous = this.last;
    if (this.last === null) this.first = element;
    else this.last.next = element;
    this.last = element;
  }

  /** Takes it out of its parent, of whose elements it is the last. */
  remove(): void {
    const { parent, previous } = this;
    if (parent === null) return;
    parent.last = previous;
    if (previous === null) parent.first = null;
    else previous.next = null;
  }

  attribute(name: string): string | null {
    return this.attributes === null ? null : (this.attributes[name] ?? null);
  }

  /** Where it is, as an XPath without prefixes: /NewReleaseMessage/ResourceList[1]/SoundRecording[3]/Duration[1]. */
  get path(): string {
    if (this.parent === null) return `/${this.name}`;
    return `${this.parent.path}/${this.name}[${this.place === 0 ? placeAmong(this, this.parent) : this.place}]`;
  }
}

/** Where the last one of a name was found in its parent: the next one is asked for from there, or a hundred thousand places would take minutes. */
const found = new WeakMap<XmlElement, Map<string, { readonly element: XmlElement; readonly place: number }>>();

function placeAmong(element: XmlElement, parent: XmlElement): number {
  const { name } = element;
  let known = found.get(parent);
  if (known === undefined) found.set(parent, (known = new Map()));
  const last = known.get(name);
  const place =
    (last === undefined ? 0 : placeFrom(last.element, last.place, element)) || placeFrom(parent.first, 1, element);
  known.set(name, { element, place });
  return place;
}

/** Of an element from one of its name on, whose place is known; 0 where it comes before that. */
function placeFrom(from: XmlElement | null, first: number, element: XmlElement): number {
  let place = from?.name === element.name ? first - 1 : 0;
  for (let sibling = from; sibling !== null; sibling = sibling.next) {
    if (sibling.name === element.name) place += 1;
    if (sibling === element) return place;
  }
  return 0;
}

export const NONE: readonly never[] = [];

/** All children of a name, in their order. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  let found: XmlElement[] | undefined;
  for (let candidate = element.first; candidate !== null; candidate = candidate.next) {
    if (candidate.name !== name) continue;
    if (found === undefined) found = [candidate];
    else found.push(candidate);
  }
  return found ?? NONE;
}

/** All that a path of names leads to: ['Usage', 'UseType'] gives each UseType of each Usage. */
export function elementsAt(element: XmlElement, path: readonly string[]): readonly XmlElement[] {
  let found = childrenOf(element, path[0]!);
  for (let step = 1; step < path.length && found.length > 0; step += 1) {
    const name = path[step]!;
    found = found.length === 1 ? childrenOf(found[0]!, name) : found.flatMap((each) => childrenOf(each, name));
  }
  return found;
}

/** What a few elements become, often none of them: nothing is made for nothing. */
export function eachOf<T>(elements: readonly XmlElement[], make: (element: XmlElement) => T | null): readonly T[] {
  if (elements.length === 0) return NONE;
  const made: T[] = [];
  for (const element of elements) {
    const thing = make(element);
    if (thing !== null) made.push(thing);
  }
  return made;
}

const ownText = ({ text }: XmlElement): string | null => (text === '' ? null : text);

/** The texts of all children of a name, without empty ones. */
export const textsAt = (element: XmlElement, name: string): readonly string[] =>
  eachOf(childrenOf(element, name), ownText);
