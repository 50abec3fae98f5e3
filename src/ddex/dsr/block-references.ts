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

/** The releases and recordings of the open block. */
export class BlockReferences {
  private readonly known = new Map<string, Referred>();
  /** Recordings by what the service calls them. */
  private readonly items = new Map<string, Referred>();
  /** Releases that are the whole block: told when they are asked for, since their recordings come later. */
  private readonly whole = new Set<string>();
  private recordings = 0;
  private only: Referred = nothing;
  private toldTooLarge = false;

  constructor(private readonly findings: Findings) {}

  clear(): void {
    this.known.clear();
    this.items.clear();
    this.whole.clear();
    this.recordings = 0;
    this.only = nothing;
    this.toldTooLarge = false;
  }

  /** Remembers what usage records may refer to. To be called when the record has been checked. */
  define({ release, resource, dspResource, isrc, usedResources }: BlockRules, cells: Cells): void {
    const { recordIsSound: sound } = this.findings;
    if (resource !== 0 && cells.isUsable(resource)) {
      const recording = { sound, isrc: firstIsrc(cells, isrc) };
      this.recordings += 1;
      this.only = recording;
      const isKept = this.add(`resource\t${cells.text(resource)}`, recording);
      if (isKept && cells.isUsable(dspResource)) this.addItem(cells.text(dspResource), recording);
    }
    if (release === 0 || !cells.isUsable(release)) return;
    const key = `release\t${cells.text(release)}`;
    if (usedResources === 0) this.whole.add(key);
    this.add(key, { sound, isrc: this.oneOf(usedResources, cells) });
  }

  /** What has this reference in the block. */
  find(kind: 'release' | 'resource', reference: string): Referred | 'unknown' {
    const key = `${kind}\t${reference}`;
    const found = this.known.get(key);
    if (found === undefined) return this.toldTooLarge ? rejected : 'unknown';
    return this.whole.has(key) && this.recordings === 1
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

  /** What two recordings are called alike tells neither of them. */
  private addItem(id: string, recording: Referred): void {
    const before = this.items.get(id);
    const isOther = before !== undefined && before.isrc !== recording.isrc;
    this.items.set(id, isOther ? { sound: before.sound && recording.sound, isrc: null } : recording);
  }

  /** False for one too many: it is rejected, and what names it is. */
  private add(key: string, referred: Referred): boolean {
    const isKept = this.known.has(key) || this.known.size < REFERENCES_MAX;
    if (isKept) this.known.set(key, referred);
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

/** The first of those that a record names, in its stored form. */
export function firstIsrc(cells: Cells, cell: number): string | null {
  if (cell === 0 || !cells.isUsable(cell)) return null;
  const [written = ''] = cells.values(cell, true).values.filter((value) => value !== '');
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : null;
}
