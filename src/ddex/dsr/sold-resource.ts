import { blockRules } from './block-rules';
import { Cells } from './cells';
import { cellNumber, familyOf, findCell, type RecordCode } from './layouts';
import { recordCode } from './record-code';

/** What a report calls a recording. */
export interface SoldResource {
  readonly title: string;
  readonly artist: string;
}

/** More recordings than this of one block have no names here. */
const NAMES_MAX = 100_000;
const TITLE = cellNumber('SR08', 'ResourceTitle');
const ARTIST = cellNumber('SR08', 'ResourceDisplayArtistName');

/** Names of recordings on the lines of a report of any profile. To be asked for every line, in order: blocks name their recordings before their uses. */
export class SoldResources {
  private readonly cells = new Cells();
  private readonly inBlock = new Map<string, SoldResource>();
  private block = '';
  private recordings = 0;
  private last: SoldResource | undefined;

  /** The names of the recording whose use this line tells; undefined where it tells none, has no names, or nobody wants to know. */
  at(line: Buffer, isWanted: boolean): SoldResource | undefined {
    const code = recordCode(line, 0, line.length);
    if (code === null) return undefined;
    const family = familyOf(code);
    const isRecording = family === 'AS01' || family === 'AS02';
    if (!isRecording && !isWanted) return undefined;
    this.cells.load(line, 0, line.length);
    if (isRecording) this.remember(code);
    // Of SR08.02 only the whole file tells where the names stand.
    if (code === 'SR08' || code === 'SR08.01') return this.names(TITLE, ARTIST);
    if (family === 'SR08') return undefined;
    if (family.startsWith('SR0')) {
      return this.names(findCell(code, 'ResourceTitle'), findCell(code, 'ResourceDisplayArtistName'));
    }
    return family.startsWith('SU0') ? this.inOpenBlock(code) : undefined;
  }

  private remember(code: RecordCode): void {
    const { cells, inBlock } = this;
    const { block, resource, dspResource } = blockRules(code);
    if (cells.raw(block) !== this.block) {
      this.block = cells.raw(block);
      inBlock.clear();
      this.recordings = 0;
    }
    const names = this.names(findCell(code, 'Title'), findCell(code, 'DisplayArtistName'));
    this.recordings += 1;
    this.last = names;
    if (names === undefined || inBlock.size >= NAMES_MAX) return;
    inBlock.set(`r ${cells.raw(resource)}`, names);
    inBlock.set(`d ${cells.raw(dspResource)}`, names);
  }

  private inOpenBlock(code: RecordCode): SoldResource | undefined {
    const { cells, inBlock } = this;
    const { block, transactedResource, dspResource } = blockRules(code);
    if (cells.raw(block) !== this.block) return undefined;
    const named = transactedResource === 0 ? `d ${cells.raw(dspResource)}` : `r ${cells.raw(transactedResource)}`;
    return inBlock.get(named) ?? (this.recordings === 1 ? this.last : undefined);
  }

  private names(title: number, artist: number): SoldResource | undefined {
    const { cells } = this;
    if (title === 0 || artist === 0 || cells.isEmpty(title) || cells.isEmpty(artist)) return undefined;
    return { title: cells.text(title), artist: cells.text(artist) };
  }
}
