import { type BlockRules } from './block-rules';
import { type Cells } from './cells';
import { type Findings } from './faults';
import { readIsrc } from '../../kernel/identifiers';

/** More releases and recordings than one block is about: beyond, a file would fill the memory. */
const REFERENCES_MAX = 100_000;

/** What a usage record of the block may name. */
export interface Referred {
  /** The record that it stands for has no error. */
  readonly sound: boolean;
  /** Of a recording, or of a release of one: its ISRC. Null where it has none, or is of several. */
  readonly isrc: string | null;
}

/** As it is kept; `whole`: a release that is the whole block, told when it is asked for, since its recordings come later. */
interface Kept extends Referred {
  readonly whole?: true;
}

/** The releases and recordings of the open block. */
export class BlockReferences {
  private readonly known = new Map<string, Kept>();
  /** Recordings by what the service calls them. */
  private readonly items = new Map<string, Kept>();
  private recordings = 0;
  private only: Referred = nothing;
  private toldTooLarge = false;

  constructor(private readonly findings: Findings) {}

  clear(): void {
    this.known.clear();
    this.items.clear();
    this.recordings = 0;
    this.only = nothing;
    this.toldTooLarge = false;
  }

  /** Remembers what usage records may refer to. To be called when the record has been checked. */
  define({ release, resource, dspResource, isrc, usedResources }: BlockRules, cells: Cells): void {
    if (resource !== 0 && cells.isUsable(resource)) {
      const recording = this.refer('resource', resource, cells, { isrc: firstIsrc(cells, isrc) });
      if (recording !== undefined && cells.isUsable(dspResource)) this.addItem(cells.text(dspResource), recording);
    }
    if (release === 0 || !cells.isUsable(release)) return;
    const isrcOfRelease = this.oneOf(usedResources, cells);
    this.refer('release', release, cells, { isrc: isrcOfRelease, ...(usedResources === 0 && { whole: true }) });
  }

  /** What has this reference in the block. */
  find(kind: 'release' | 'resource', reference: string): Referred | 'unknown' {
    const found = this.known.get(`${kind}\t${reference}`);
    if (found === undefined) return this.toldTooLarge ? rejected : 'unknown';
    return found.whole === true && this.recordings === 1
      ? { ...this.only, sound: found.sound && this.only.sound }
      : found;
  }

  /** The recording that the service calls by this id; where none is, the only one of the block. */
  ofItem(id: string): Referred {
    const found = this.items.get(id);
    if (found !== undefined) return found;
    if (this.toldTooLarge) return rejected;
    return this.recordings === 1 ? this.only : nothing;
  }

  /**
   * Keeps what the record says under its reference; undefined for one too many. What says the same again is the same. Where a reference stands for two,
   * nobody knows which of them was used: the second record is at fault, and so is whatever names them.
   */
  private refer(
    kind: 'release' | 'resource',
    cell: number,
    cells: Cells,
    told: Omit<Kept, 'sound'>,
  ): Referred | undefined {
    const { findings, known } = this;
    const reference = cells.text(cell);
    const key = `${kind}\t${reference}`;
    const before = known.get(key);
    const isSame = before !== undefined && told.isrc !== null && told.isrc === before.isrc;
    if (before !== undefined && !isSame) {
      const message = `another ${kind} of the block has this reference`;
      findings.add('reference-repeated', message, { cell, value: reference });
    }
    const own = { ...told, sound: findings.recordIsSound };
    const kept = before === undefined ? own : both(before, own);
    const isKept = this.keep(known, key, kept);
    if (kind === 'resource') {
      if (!isSame) this.recordings += 1;
      this.only = isKept ? kept : rejected;
    }
    return isKept ? own : undefined;
  }

  /** What two recordings are called alike tells neither of them. */
  private addItem(id: string, recording: Referred): void {
    const before = this.items.get(id);
    this.keep(this.items, id, before === undefined ? recording : both(before, recording));
  }

  /** False for one too many: it is rejected, and what names it is. */
  private keep(where: Map<string, Kept>, key: string, referred: Kept): boolean {
    const isKept = where.has(key) || where.size < REFERENCES_MAX;
    if (isKept) where.set(key, referred);
    else if (!this.toldTooLarge) {
      this.findings.add('block-too-large', `a block may name ${REFERENCES_MAX} releases and recordings`);
      this.toldTooLarge = true;
    }
    return isKept;
  }

  private oneOf(usedResources: number, cells: Cells): string | null {
    if (usedResources === 0 || !cells.isUsable(usedResources)) return null;
    const { values } = cells.values(usedResources, true);
    const used = values.length === 1 ? this.find('resource', values[0]!) : 'unknown';
    return used === 'unknown' ? null : used.isrc;
  }
}

const nothing: Referred = { sound: true, isrc: null };
const rejected: Referred = { sound: false, isrc: null };

/** What can be said of a name that two have. */
const both = (one: Kept, other: Kept): Kept => ({
  ...one,
  sound: one.sound && other.sound,
  isrc: one.isrc === other.isrc ? one.isrc : null,
});

/** The first of those that a record names, in its stored form. */
export function firstIsrc(cells: Cells, cell: number): string | null {
  if (cell === 0 || !cells.isUsable(cell)) return null;
  const [written = ''] = cells.values(cell, true).values.filter((value) => value !== '');
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : null;
}
