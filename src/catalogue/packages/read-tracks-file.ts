import { csvRows } from '../csv-rows';
import { DomainError } from '../../platform/errors/domain-error';
import { tracksMax } from './tracks-now';

/** The ISRCs that a file names, as they are written there, and where each stands. */
export interface TracksFile {
  readonly isrcs: readonly string[];
  readonly pointerOf: (index: number) => string;
}

/**
 * Reads the column `isrc` of a CSV file; other columns and empty rows are passed over. Refuses with import-unreadable, import-header-invalid where no
 * column or more than one has that name, and package-size where there is no row, or more than a package has.
 */
export async function readTracksFile(source: NodeJS.ReadableStream | AsyncIterable<Uint8Array>): Promise<TracksFile> {
  let place: number | undefined;
  const isrcs: string[] = [];
  const rows: number[] = [];
  for await (const { row, cells } of csvRows(source)) {
    if (place === undefined) {
      place = placeOf(cells);
    } else if (cells.some((cell) => cell.trim() !== '')) {
      if (isrcs.length === tracksMax) throw new DomainError('package-size', `the file has more than ${tracksMax} rows`);
      isrcs.push(cells[place]?.trim() ?? '');
      rows.push(row);
    }
  }
  if (isrcs.length === 0) throw new DomainError('package-size', 'the file names no recording');
  return { isrcs, pointerOf: (index) => `/rows/${rows[index]}/isrc` };
}

function placeOf(header: readonly string[]): number {
  const places = header.flatMap((name, at) => (name.trim().toLowerCase() === 'isrc' ? [at] : []));
  if (places.length === 1) return places[0]!;
  const code = places.length === 0 ? 'column-missing' : 'column-repeated';
  throw new DomainError('import-header-invalid', undefined, [
    { pointer: '/header/isrc', code, message: 'the header must name isrc once' },
  ]);
}
