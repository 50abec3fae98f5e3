import { stringify } from 'csv-stringify/sync';
import { sampleTracks, type SampleTrack } from './names';
import { sampleIcpn } from './release-message';

const columns = ['isrc', 'title', 'version', 'artists', 'duration', 'release', 'upc', 'p_line', 'genre'];

/** The label's catalogue as the CSV it would send: every recording, and a few rows with the mistakes that real files have. */
export function sampleCatalogueCsv(): string {
  const good = sampleTracks().map(rowOf);
  const [first = [], second = [], third = []] = good;
  const change = (row: readonly string[], column: string, value: string): string[] =>
    row.map((cell, at) => (columns[at] === column ? value : cell));
  const bad = [
    change(change(first, 'isrc', 'ZZACC2699X01'), 'title', 'Row with letters in its ISRC number'),
    change(change(second, 'isrc', 'ZZACC2699002'), 'title', ''),
    change(change(third, 'isrc', 'ZZACC2699003'), 'upc', '2000000000011'),
    change(first, 'title', 'The first recording once more'),
    change(change(second, 'isrc', 'ZZACC2699004'), 'duration', 'about three minutes'),
  ];
  return stringify([...good, ...bad], { header: true, columns });
}

function rowOf(track: SampleTrack): string[] {
  return [
    track.isrc,
    track.title,
    track.version,
    track.artists,
    String(track.durationSeconds),
    track.release,
    sampleIcpn(track.releaseNumber),
    '2026 Polar Lantern Records',
    track.genre,
  ];
}
