import { Identifiers } from './identifiers';
import { type FamilyLayout, layoutOf } from './layouts';
import { type Party, type ResourceKind } from './model';
import { isPassedOver } from './passed-over';
import { type ProblemCode, type Problems, quoted } from './problems';
import { Values } from './values';
import { type Version } from './versions';
import { NONE, type XmlElement } from './xml/element';
import { XML_LIMITS } from './xml/limits';
import { kept } from './xml/names';
import { XmlRefused } from './xml/refused';

/** References of one kind, and those that were named before what they name. */
class References<T> {
  private readonly known = new Map<string, T>();
  /** With the places where they were named. */
  private readonly awaited = new Map<string, string>();
  private weight = 0;

  constructor(
    private readonly problems: Problems,
    private readonly unknown: ProblemCode,
    private readonly what: string,
  ) {}

  /** Something that can be named; the first of a name counts. `weight` is how many characters of it are kept. */
  add(reference: XmlElement, value: T, weight = 0): void {
    const { text } = reference;
    if (this.known.has(text)) {
      this.problems.at(reference, 'reference-repeated', `another ${this.what} has this reference`);
      return;
    }
    this.weight += text.length + weight;
    if (this.known.size >= XML_LIMITS.references || this.weight > XML_LIMITS.referenceText) {
      throw new XmlRefused('too-many-references', `more than ${XML_LIMITS.references} of a kind, or too long ones`);
    }
    this.known.set(kept(text), value);
    this.awaited.delete(text);
  }

  /** What is named; undefined where it is not known yet. */
  find(text: string): T | undefined {
    return this.known.get(text);
  }

  /** Something is named: it must be known by the end of the message. */
  expect(reference: XmlElement): T | undefined {
    const found = this.known.get(reference.text);
    if (found !== undefined || this.awaited.has(reference.text)) return found;
    if (this.awaited.size < AWAITED_MAX) this.awaited.set(kept(reference.text), reference.path);
    else this.miss(reference.path);
    return undefined;
  }

  /** The message has ended: what is still awaited is not there. */
  end(): void {
    for (const path of this.awaited.values()) this.miss(path);
    this.awaited.clear();
  }

  private miss(path: string): void {
    this.problems.add(this.unknown, path, `there is no ${this.what} of this reference`);
  }
}

/** More are told of at once, though what they name might come later, where it must not. */
const AWAITED_MAX = 100;

/** What the readers of a message share. */
export class Reading {
  readonly values: Values;
  readonly identifiers: Identifiers;
  readonly layout: FamilyLayout;
  readonly parties: References<Party>;
  readonly resources: References<ResourceKind>;
  readonly releases: References<true>;
  readonly works: References<readonly string[]>;
  private readonly isrcs = new Set<string>();

  constructor(
    readonly version: Version,
    readonly problems: Problems,
  ) {
    this.values = new Values(problems);
    this.identifiers = new Identifiers(problems);
    this.layout = layoutOf(version.family);
    this.parties = new References(problems, 'party-unknown', 'party');
    this.resources = new References(problems, 'resource-unknown', 'resource');
    this.releases = new References(problems, 'release-unknown', 'release');
    this.works = new References(problems, 'work-unknown', 'work');
  }

  /** Whether an earlier resource has it; remembers it. Of as many as references are kept of. */
  isKnownIsrc(isrc: string): boolean {
    if (this.isrcs.has(isrc)) return true;
    if (this.isrcs.size < XML_LIMITS.references) this.isrcs.add(kept(isrc));
    return false;
  }

  /** The child that must be there, with something in it. */
  required(parent: XmlElement, name: string): XmlElement | undefined {
    const found = this.values.single(parent, name);
    if (found !== undefined && (found.text !== '' || found.first !== null)) return found;
    this.missing(parent, name);
    return undefined;
  }

  /** An element that nothing is read of here: told of where no version has it. */
  readonly other = (element: XmlElement): void => {
    if (isPassedOver(element.name)) return;
    this.problems.at(element, 'element-unknown', `no version has a ${quoted(element.name)} here; it is not read`);
  };

  missing(parent: XmlElement, name: string): void {
    this.problems.at(parent, 'element-missing', `${name} is missing or empty`);
  }

  /** The message has ended. */
  end(): void {
    for (const references of [this.parties, this.resources, this.releases, this.works]) references.end();
  }
}

/** What a few elements become, often none of them. */
export function readEach<T>(
  reading: Reading,
  elements: readonly XmlElement[],
  read: (reading: Reading, element: XmlElement) => T | null,
): readonly T[] {
  if (elements.length === 0) return NONE;
  const made: T[] = [];
  for (const element of elements) {
    const thing = read(reading, element);
    if (thing !== null) made.push(thing);
  }
  return made;
}
