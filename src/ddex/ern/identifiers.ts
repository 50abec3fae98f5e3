import { readDpid, readGrid, readGtin, readIpi, readIsni, readIsrc, readIswc } from '../../kernel';
import { type PartyIds, type ProprietaryId, type ReleaseIds, type WorkIds } from './model';
import { type ProblemCode, type Problems, quoted } from './problems';
import { childrenOf, NONE, textsAt, type XmlElement } from './xml/element';

type Read = { readonly id: string; readonly wrong?: ProblemCode } | { readonly fault: ProblemCode };

type Checked = 'grid' | 'dpid' | 'isni' | 'ipi' | 'iswc';

/** One of those with a check character, as the kernel reads it. */
const checked =
  (
    kind: Checked,
    reader: (written: string) => Readonly<Partial<Record<Checked, string>>> & { readonly fault?: ProblemCode },
  ) =>
  (written: string): Read => {
    const { fault, [kind]: id } = reader(written);
    if (id === undefined) return { fault: fault! };
    return fault === undefined ? { id } : { id, wrong: fault };
  };

/** How each identifier is read: what it is, with what is wrong with its check character, or that it is none. */
const readers = {
  isrc: (written: string): Read => {
    const read = readIsrc(written);
    return 'isrc' in read ? { id: read.isrc } : { fault: 'isrc-malformed' };
  },
  icpn: (written: string): Read => {
    const read = readGtin(written);
    if ('gtin' in read) return { id: read.gtin };
    if (read.fault === 'gtin-malformed') return { fault: 'icpn-malformed' };
    return { id: written.replace(/[\s-]/g, ''), wrong: 'icpn-check-digit' };
  },
  grid: checked('grid', readGrid),
  dpid: checked('dpid', readDpid),
  isni: checked('isni', readIsni),
  ipi: checked('ipi', readIpi),
  iswc: checked('iswc', readIswc),
} as const;

type IdentifierKind = keyof typeof readers;

const names: Readonly<Record<IdentifierKind, string>> = {
  isrc: 'an ISRC',
  icpn: 'a bar code of 8, 12, 13 or 14 digits',
  grid: 'a GRid',
  dpid: 'a DDEX party identifier',
  isni: 'an ISNI',
  ipi: 'an IPI name number',
  iswc: 'an ISWC',
};

/** Reads identifiers: a malformed one is left out with an error, a wrong check character is told of. */
export class Identifiers {
  constructor(private readonly problems: Problems) {}

  read(kind: IdentifierKind, element: XmlElement): string | null {
    const { text } = element;
    if (text === '') return null;
    const read = readers[kind](text);
    if ('fault' in read) {
      this.problems.at(element, read.fault, `${quoted(text)} is not ${names[kind]}`);
      return null;
    }
    if (read.wrong !== undefined) {
      this.problems.at(element, read.wrong, `the check digit of ${quoted(text)} is wrong`);
    }
    return read.id;
  }

  /** Those of a kind that stand in containers under one of some names, each once. */
  all(kind: IdentifierKind, containers: readonly XmlElement[], name: string): readonly string[] {
    let found: string[] | undefined;
    for (const container of containers) {
      for (const element of childrenOf(container, name)) {
        const id = this.read(kind, element);
        if (id !== null) (found ??= []).push(id);
      }
    }
    return found === undefined ? NONE : eachOnce(found);
  }

  proprietary(containers: readonly XmlElement[], name: string): readonly ProprietaryId[] {
    let found: ProprietaryId[] | undefined;
    for (const container of containers) {
      for (const element of childrenOf(container, name)) {
        if (element.text !== '') (found ??= []).push({ namespace: element.attribute('Namespace'), id: element.text });
      }
    }
    return found ?? NONE;
  }

  /** Of a release's ReleaseId, of which there may be several. What is replaced is left out. */
  release(containers: readonly XmlElement[]): ReleaseIds {
    const valid = containers.some(isReplaced) ? containers.filter((container) => !isReplaced(container)) : containers;
    return {
      icpns: this.all('icpn', valid, 'ICPN'),
      grids: this.all('grid', valid, 'GRid'),
      isrcs: this.all('isrc', valid, 'ISRC'),
      catalogNumbers: this.proprietary(valid, 'CatalogNumber'),
      proprietaryIds: this.proprietary(valid, 'ProprietaryId'),
    };
  }

  works(containers: readonly XmlElement[]): WorkIds {
    if (containers.length === 0) return NO_WORKS;
    return { iswcs: this.all('iswc', containers, 'ISWC'), proprietary: this.proprietary(containers, 'ProprietaryId') };
  }

  /**
   * Of a party. From version 4 on each kind has an element; before, PartyId itself holds one: a DPID, an ISNI where it says so, or what belongs to
   * a namespace. In headers PartyId is a DPID in all versions.
   */
  party(containers: readonly XmlElement[]): PartyIds {
    if (containers.length === 0) return NO_IDS;
    const inline = containers.filter(({ text }) => text !== '');
    const isnis = inline.filter((element) => element.attribute('IsISNI') === 'true');
    const owned = inline.filter((element) => element.attribute('Namespace') !== null && !isnis.includes(element));
    const dpids = inline.filter((element) => !isnis.includes(element) && !owned.includes(element));
    const told = (kind: 'dpid' | 'isni', elements: readonly XmlElement[]): string[] =>
      elements.flatMap((element) => this.read(kind, element) ?? []);
    return {
      dpids: [...told('dpid', dpids), ...this.all('dpid', containers, 'DPID')],
      isnis: [...told('isni', isnis), ...this.all('isni', containers, 'ISNI')],
      ipis: this.all('ipi', containers, 'IpiNameNumber'),
      ipns: containers.flatMap((container) => textsAt(container, 'IPN')),
      cisacSocieties: containers.flatMap((container) => textsAt(container, 'CisacSocietyId')),
      proprietary: [
        ...owned.map((element) => ({ namespace: element.attribute('Namespace'), id: element.text })),
        ...this.proprietary(containers, 'ProprietaryId'),
      ],
    };
  }
}

const NO_WORKS: WorkIds = { iswcs: NONE, proprietary: NONE };
export const NO_IDS: PartyIds = { dpids: [], isnis: [], ipis: [], ipns: [], cisacSocieties: [], proprietary: [] };

const isReplaced = (element: XmlElement): boolean => {
  const text = element.attribute('IsReplaced');
  return text === 'true' || text === '1';
};

/** Recordings' ISRCs: those that count, and those that they replaced. */
export function isrcsOf(
  identifiers: Identifiers,
  containers: readonly XmlElement[],
): { readonly isrcs: string[]; readonly replacedIsrcs: string[] } {
  const isrcs: string[] = [];
  const replacedIsrcs: string[] = [];
  for (const container of containers) {
    for (const element of childrenOf(container, 'ISRC')) {
      const isrc = identifiers.read('isrc', element);
      const list = isReplaced(container) || isReplaced(element) ? replacedIsrcs : isrcs;
      if (isrc !== null) list.push(isrc);
    }
  }
  return { isrcs: eachOnce(isrcs), replacedIsrcs: eachOnce(replacedIsrcs) };
}

const eachOnce = (ids: string[]): string[] => (ids.length < 2 ? ids : [...new Set(ids)]);
