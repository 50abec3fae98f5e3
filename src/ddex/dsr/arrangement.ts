import { type Cell, isPartlyKnown, layouts, type RecordCode } from './layouts';

/**
 * How a later version of a record lies beside the one by which it is read: what a cell is called in both, and where it
 * stands. Cells count from 1, the record's code included.
 */
export interface Arrangement {
  readonly like: 'SY10' | 'SR08';
  /** The number in the file of each cell of `like`, 0 for one that the file does not have; then those of unknown cells. */
  readonly places: readonly number[];
  /** What the cells are called in the file, from its second on. */
  readonly names: readonly string[];
  /** Numbers in the file of cells that `like` does not have. */
  readonly extras: readonly number[];
  /** The file tells the music part of the use in percent, where `like` has a ratio. */
  readonly musicInPercent: boolean;
}

/** Names of later versions, in small letters, and those of the version that is read. */
const renamed: Readonly<Record<string, string>> = {
  distributionchannel: 'DistributionChannelName',
  musicusagepercentage: 'MusicUsageRatio',
  grid: 'ReleaseGRid',
  icpn: 'ReleaseICPN',
  isrc: 'ResourceISRC',
  isan: 'ResourceISAN',
};
/** What one version calls uses is another record's name for them. */
const usesOf = { SY10: 'Usages', SR08: 'TotalUsages' } as const;
const NAMES_MAX = 127;
const MUSIC_PERCENT = 'musicusagepercentage';

/**
 * The arrangement that these names of cells describe (the code left out); null where a mandatory cell is not among them,
 * or one is named twice: then nobody can say what the cells are.
 */
export function arrangementOf(code: RecordCode, names: readonly string[]): Arrangement | null {
  const like = code.startsWith('SY10') ? 'SY10' : 'SR08';
  const cells: readonly Cell[] = layouts[like];
  if (names.length > NAMES_MAX) return null;
  const places = cells.map<number>((_, index) => (index === 0 ? 1 : 0));
  const extras: number[] = [];
  const known = names.map((name) => cellOf(like, cells, name, places));
  for (const [index, cell] of known.entries()) {
    const number = index + 2;
    if (cell === 'twice') return null;
    if (cell === 'unknown') extras.push(number);
    else places[cell] = number;
  }
  if (cells.some(({ mandatory }, index) => mandatory && places[index] === 0)) return null;
  const musicInPercent = names.some((name) => name.trim().toLowerCase() === MUSIC_PERCENT);
  return { like, places: [...places, ...extras], names, extras, musicInPercent };
}

/** The index of the cell with this name, which is taken from now on. */
function cellOf(
  like: 'SY10' | 'SR08',
  cells: readonly Cell[],
  written: string,
  places: number[],
): number | 'unknown' | 'twice' {
  const name = written.trim().toLowerCase();
  const index = cells.findIndex((cell, at) => at > 0 && calls(like, name, cell.name) && places[at] === 0);
  if (index > 0) {
    places[index] = -1;
    return index;
  }
  return cells.some((cell) => calls(like, name, cell.name)) ? 'twice' : 'unknown';
}

function calls(like: 'SY10' | 'SR08', name: string, cell: string): boolean {
  if (name === cell.toLowerCase() || renamed[name] === cell) return true;
  if (name === 'usages' || name === 'totalusages') return cell === usesOf[like];
  // A context of the release comes before that of the resource.
  return name === 'contextreleasegrid' && cell.endsWith('ContextReleaseGRid');
}

/** That of a version all of whose cells are known; undefined for one that is read as it is, or is known in part. */
export function knownArrangement(code: RecordCode): Arrangement | undefined {
  if (!/^S(Y10|R08)\./.test(code) || isPartlyKnown(code)) return undefined;
  const [, ...cells]: readonly Cell[] = layouts[code];
  return (
    arrangementOf(
      code,
      cells.map(({ name }) => name),
    ) ?? undefined
  );
}

/** The number in the file of a cell of the version by which it is read. */
export function numberInFile({ places, names }: Arrangement, cell: number): number {
  return cell <= places.length ? places[cell - 1]! : cell - places.length + names.length + 1;
}
