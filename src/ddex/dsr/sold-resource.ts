import { Cells } from './cells';
import { cellNumber } from './layouts';

/** What a usage line (SR08) calls the recording. */
export interface SoldResource {
  readonly title: string;
  readonly artist: string;
}

const TITLE = cellNumber('SR08', 'ResourceTitle');
const ARTIST = cellNumber('SR08', 'ResourceDisplayArtistName');

/** The names on one line of a record-company report; undefined where it is no usage line, or lacks one of both. */
export function soldResource(line: Buffer): SoldResource | undefined {
  const cells = new Cells();
  cells.load(line, 0, line.length);
  if (cells.text(1) !== 'SR08' || cells.isEmpty(TITLE) || cells.isEmpty(ARTIST)) return undefined;
  return { title: cells.text(TITLE), artist: cells.text(ARTIST) };
}
