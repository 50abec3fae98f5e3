/** More than any version has in one element. */
const COUNTED_NAMES = 100;

/** An element with all that is in it and is read. Names are without prefix: what is of another namespace is not kept. */
export class XmlElement {
  /** Its character data, all pieces together, blanks around it cut off. */
  text = '';
  children: XmlElement[] | undefined;
  /** How many of each name are in it, of those that are counted while reading. */
  private counts: Map<string, number> | undefined;

  constructor(
    readonly name: string,
    readonly parent: XmlElement | null,
    /** By names as written. */
    readonly attributes: Readonly<Record<string, string>> | null,
    /** Which one of its name it is, from 1; 0 where that is found out only when asked. */
    readonly place: number,
  ) {}

  /** Which one of this name comes next. */
  countNext(name: string): number {
    this.counts ??= new Map();
    // Names that nobody knows share a count: there may be any number of them.
    const counted = this.counts.size < COUNTED_NAMES || this.counts.has(name) ? name : '';
    const place = (this.counts.get(counted) ?? 0) + 1;
    this.counts.set(counted, place);
    return place;
  }

  attribute(name: string): string | null {
    return this.attributes?.[name] ?? null;
  }

  /** Where it is, as an XPath without prefixes: /NewReleaseMessage/ResourceList[1]/SoundRecording[3]/Duration[1]. */
  get path(): string {
    if (this.parent === null) return `/${this.name}`;
    return `${this.parent.path}/${this.name}[${this.place === 0 ? placeAmong(this, this.parent) : this.place}]`;
  }
}

function placeAmong(element: XmlElement, parent: XmlElement): number {
  let place = 0;
  for (const sibling of parent.children ?? []) {
    if (sibling.name === element.name) place += 1;
    if (sibling === element) break;
  }
  return place;
}

/** The first child of a name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  const { children } = element;
  if (children === undefined) return undefined;
  for (const candidate of children) if (candidate.name === name) return candidate;
  return undefined;
}

const NONE: readonly XmlElement[] = [];

/** All children of a name, in their order. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  const { children } = element;
  if (children === undefined) return NONE;
  let found: XmlElement[] | undefined;
  for (const candidate of children) if (candidate.name === name) (found ??= []).push(candidate);
  return found ?? NONE;
}

/** All that a path of names leads to: ['Usage', 'UseType'] gives each UseType of each Usage. */
export function elementsAt(element: XmlElement, path: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = childrenOf(element, path[0]!);
  for (let step = 1; step < path.length && found.length > 0; step += 1) {
    const name = path[step]!;
    found = found.length === 1 ? childrenOf(found[0]!, name) : found.flatMap((each) => childrenOf(each, name));
  }
  return found;
}

/** The texts of all children of a name, without empty ones. */
export const textsAt = (element: XmlElement, name: string): readonly string[] =>
  childrenOf(element, name).flatMap(({ text }) => (text === '' ? [] : [text]));
