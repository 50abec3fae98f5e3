import { Reading } from './context';
import {
  type Deal,
  type ErnHeader,
  type MessageKind,
  type PurgedRelease,
  type Release,
  RELEASE_KINDS,
  type ReleaseKind,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type Visibility,
} from './model';
import { type Problem, type ProblemCode, Problems } from './problems';
import { readDeal, readVisibility } from './read-deal';
import { checkRoot, readHeader } from './read-header';
import { readListedParty } from './read-parties';
import { readPurged, readRelease } from './read-release';
import { readResource } from './read-resource';
import { nearestFamily, versionOf } from './versions';
import { childrenOf, elementsAt, textsAt, type XmlElement } from './xml/element';
import { XmlRefused } from './xml/refused';
import { type TreeListener, XmlTreeReader } from './xml/tree-reader';

/** What is handed on, each as soon as it ends in the file. Until the summary nothing is sure: an error may still come. */
export interface ErnReceiver {
  /** Before everything but problems. */
  header?(header: ErnHeader): void;
  resource?(resource: Resource): void;
  release?(release: Release): void;
  deal?(deal: Deal): void;
  visibility?(visibility: Visibility): void;
  purged?(release: PurgedRelease): void;
  problem?(problem: Problem): void;
}

export interface ErnSummary {
  /** Null where the root was not reached, or is no message that is read. */
  readonly kind: MessageKind | null;
  readonly version: string | null;
  readonly header: ErnHeader | null;
  /** Whether reading stopped before the end: what was handed on is not all. */
  readonly isRefused: boolean;
  readonly resources: Readonly<Partial<Record<ResourceKind, number>>>;
  readonly releases: number;
  /** Deal elements. */
  readonly deals: number;
  readonly purged: number;
  /** Releases that say that they are the main one, or are so by their version. */
  readonly markedMain: number;
  readonly errors: number;
  readonly warnings: number;
  readonly problemsByCode: Readonly<Record<string, number>>;
}

/** Elements in which nothing is read, and which are not kept. */
const UNREAD: ReadonlySet<string> = new Set([
  'TechnicalDetails',
  ...RESOURCE_KINDS.map((kind) => `Technical${kind}Details`),
  'DisplayCredits',
  'Affiliation',
  'PhysicalReturns',
  'DealTechnicalResourceDetailsReferenceList',
  'WebPolicy',
]);

/** Sections that hold one thing after another, and what of it is read. */
const lists: Readonly<Record<string, readonly string[]>> = {
  WorkList: ['MusicalWork'],
  PartyList: ['Party'],
  ResourceList: RESOURCE_KINDS,
  ReleaseList: RELEASE_KINDS,
  DealList: ['ReleaseDeal', 'ReleaseVisibility', 'TrackReleaseVisibility'],
};
const others: ReadonlySet<string> = new Set(['MessageHeader', 'UpdateIndicator', 'PurgedRelease']);

/** The sections of a purge in their order, all of which must be there. */
const purgeSections: readonly string[] = ['MessageHeader', 'PurgedRelease'];
const isPurge = (root: XmlElement): boolean => root.name === 'PurgeReleaseMessage';

const SECTION = 2;
const LISTED = 3;

/**
 * Reads one message as it comes, whatever its version. Never throws because of what a file contains: everything wrong is a problem, and after a fatal one the
 * rest is not looked at. Memory depends on the largest single thing in the message, and on how many there are by their references.
 */
export class ErnReader implements TreeListener {
  private readonly tree = new XmlTreeReader(this, UNREAD, new Set(['ReleaseDeal']));
  private readonly problems: Problems;
  private reading: Reading | undefined;
  private rootElement: XmlElement | undefined;
  private headerElement: XmlElement | undefined;
  private update: string | null = null;
  private headerRead: ErnHeader | null = null;
  private lastSection = -1;
  private readonly sections = new Set<string>();
  private readonly counts = new Map<ResourceKind, number>();
  private releases = 0;
  private markedMain = 0;
  private deals = 0;
  private purges = 0;
  /** Those that the deals of the open ReleaseDeal are for. */
  private dealReleases: string[] = [];
  private dealsOfRelease = 0;
  private refused = false;

  constructor(private readonly receiver: ErnReceiver) {
    this.problems = new Problems((problem) => receiver.problem?.(problem));
  }

  /** Whether a fatal problem was found: then nothing more is looked at. */
  get isRefused(): boolean {
    return this.refused;
  }

  push(bytes: Uint8Array): void {
    this.guarded(() => this.tree.push(bytes));
  }

  /** Reading stops for a reason that lies outside of the XML. */
  refuse(code: ProblemCode, message: string): void {
    this.guarded(() => {
      throw new XmlRefused(code, message);
    });
  }

  finish(): ErnSummary {
    this.guarded(() => {
      this.tree.end();
      this.finishMessage();
    });
    return {
      kind: (this.rootElement?.name as MessageKind | undefined) ?? null,
      version: this.reading?.version.name || null,
      header: this.headerRead,
      isRefused: this.refused,
      resources: Object.fromEntries(this.counts),
      releases: this.releases,
      deals: this.deals,
      purged: this.purges,
      markedMain: this.markedMain,
      errors: this.problems.count('error'),
      warnings: this.problems.count('warning'),
      problemsByCode: this.problems.byCode,
    };
  }

  root(element: XmlElement, namespace: string): string {
    const family = nearestFamily(namespace);
    if (family === undefined || (element.name !== 'NewReleaseMessage' && element.name !== 'PurgeReleaseMessage')) {
      throw new XmlRefused('not-ern', 'the root is no NewReleaseMessage and no PurgeReleaseMessage of DDEX ERN');
    }
    const version = versionOf(namespace) ?? { name: '', namespace, schemaVersionId: null, family };
    this.rootElement = element;
    this.reading = new Reading(version, this.problems);
    if (version.name === '') this.problems.at(element, 'version-unknown', 'the version of the namespace is not known');
    else checkRoot(this.reading, element);
    return namespace;
  }

  opened(element: XmlElement, depth: number): boolean {
    if (depth === SECTION) return this.openSection(element);
    if (depth !== LISTED) return true;
    const listed = lists[element.parent!.name];
    if (listed === undefined || listed.includes(element.name)) {
      this.dealReleases = [];
      this.dealsOfRelease = 0;
      return true;
    }
    this.problems.at(element, 'element-unknown', `nothing of this name is read in ${element.parent!.name}`);
    return false;
  }

  closed(element: XmlElement, depth: number): boolean {
    const reading = this.reading!;
    if (depth === SECTION) {
      this.closeSection(reading, element);
      return true;
    }
    if (depth === LISTED) {
      const listed = lists[element.parent!.name];
      if (listed?.includes(element.name) === true) this.closeListed(reading, element);
      return listed !== undefined;
    }
    if (element.parent?.name !== 'ReleaseDeal') return false;
    if (element.name === 'DealReleaseReference') this.nameRelease(element);
    if (element.name !== 'Deal') return false;
    this.deals += 1;
    this.dealsOfRelease += 1;
    const deal = readDeal(reading, element, this.dealReleases);
    this.receiver.deal?.(deal);
    return true;
  }

  foreign(parent: XmlElement): void {
    this.problems.at(parent, 'foreign-element', 'an element of another namespace is passed over');
  }

  mixed(element: XmlElement): void {
    this.problems.at(element, 'mixed-content', 'text stands beside elements');
  }

  private openSection(element: XmlElement): boolean {
    const { name } = element;
    const { layout } = this.reading!;
    const order = isPurge(this.rootElement!) ? purgeSections : layout.sections;
    const place = order.indexOf(name);
    if (place < 0) {
      this.problems.at(element, 'section-unknown', `${name} is no part of such a message`);
      return false;
    }
    if (this.sections.has(name) && name !== 'PurgedRelease' && name !== 'ReleaseAdmin') {
      this.problems.at(element, 'section-repeated', `${name} comes twice`);
    } else if (place < this.lastSection) {
      this.problems.at(element, 'section-out-of-order', `${name} comes after ${order[this.lastSection]}`);
    }
    this.sections.add(name);
    this.lastSection = Math.max(this.lastSection, place);
    if (lists[name] !== undefined) this.tellHeader();
    return lists[name] !== undefined || others.has(name);
  }

  private closeSection(reading: Reading, element: XmlElement): void {
    if (element.name === 'MessageHeader') this.headerElement ??= element;
    else if (element.name === 'UpdateIndicator') this.update ??= element.text;
    else if (element.name === 'PurgedRelease') {
      this.tellHeader();
      this.purges += 1;
      const purged = readPurged(reading, element);
      this.receiver.purged?.(purged);
    }
  }

  /** Once all that belongs to it has come: the first list begins, or the message ends. */
  private tellHeader(): void {
    const { headerElement: header, headerRead, rootElement, update } = this;
    if (header === undefined || headerRead !== null) return;
    this.headerRead = readHeader(this.reading!, rootElement!, { header, update });
    this.receiver.header?.(this.headerRead);
  }

  private closeListed(reading: Reading, element: XmlElement): void {
    switch (element.parent!.name) {
      case 'PartyList':
        readListedParty(reading, element);
        break;
      case 'WorkList':
        readWork(reading, element);
        break;
      case 'ResourceList':
        this.closeResource(reading, element);
        break;
      case 'ReleaseList':
        this.closeRelease(reading, element);
        break;
      default:
        this.closeOfDeals(reading, element);
    }
  }

  private closeResource(reading: Reading, element: XmlElement): void {
    const kind = element.name as ResourceKind;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    // It is read whoever listens: what is wrong with it counts, and what names it must find it.
    const resource = readResource(reading, element, kind);
    this.receiver.resource?.(resource);
  }

  private closeRelease(reading: Reading, element: XmlElement): void {
    const kind = element.name as ReleaseKind;
    this.releases += 1;
    const release = readRelease(reading, element, kind);
    if (release.isMain) this.markedMain += 1;
    this.receiver.release?.(release);
  }

  /** Deals are handed on as they end: what is named after them comes too late. */
  private nameRelease(reference: XmlElement): void {
    if (this.dealsOfRelease > 0) {
      this.problems.at(reference, 'deal-reference-late', 'a DealReleaseReference comes after a Deal');
    } else if (reference.text !== '') this.dealReleases.push(reference.text);
  }

  private closeOfDeals(reading: Reading, element: XmlElement): void {
    if (element.name === 'ReleaseDeal') return this.closeReleaseDeal(reading, element);
    const visibility = readVisibility(reading, element);
    this.receiver.visibility?.(visibility);
  }

  private closeReleaseDeal(reading: Reading, element: XmlElement): void {
    const references = childrenOf(element, 'DealReleaseReference');
    for (const reference of references) if (reference.text !== '') reading.releases.expect(reference);
    if (textsAt(element, 'DealReleaseReference').length === 0) reading.missing(element, 'DealReleaseReference');
    if (this.dealsOfRelease === 0) reading.missing(element, 'Deal');
  }

  private finishMessage(): void {
    const { reading, rootElement: root } = this;
    if (reading === undefined || root === undefined) return;
    this.tellHeader();
    const mandatory = isPurge(root) ? purgeSections : reading.layout.mandatorySections;
    for (const name of mandatory) if (!this.sections.has(name)) reading.missing(root, name);
    if (!isPurge(root) && this.deals === 0) {
      this.problems.at(root, 'no-deals', 'no deal is in it: its releases are available nowhere');
    }
    reading.end();
  }

  private guarded(work: () => void): void {
    if (this.refused) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof XmlRefused)) throw error;
      this.refused = true;
      this.problems.add(error.code, this.tree.place, error.message);
    }
  }
}

function readWork(reading: Reading, element: XmlElement): void {
  const { iswcs } = reading.identifiers.works(elementsAt(element, ['MusicalWorkId']));
  const reference = reading.values.single(element, 'MusicalWorkReference');
  if (reference !== undefined && reference.text !== '') reading.works.add(reference, iswcs);
}
