import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { sampleTrack } from '../../src/sample/names';
import { releaseMessage, sampleIcpn } from '../../src/sample/release-message';

/** Bytes that a track takes, with its part of everything else. */
const BYTES_OF_TRACK = 3000;

/** One message of about so many bytes: the sample world's label with as many tracks as that takes. Gives the count of them. */
export async function writeMessage(path: string, bytes: number): Promise<number> {
  const count = Math.ceil(bytes / BYTES_OF_TRACK);
  const file = createWriteStream(path);
  const tracks = Array.from({ length: count }, (_, index) => ({
    ...sampleTrack(index + 1),
    isrc: `ZZB${String(index % 100).padStart(2, '0')}26${String(Math.floor(index / 100)).padStart(5, '0')}`,
  }));
  const pieces = releaseMessage({
    messageId: 'BENCH-1',
    createdAt: '2026-01-02T03:04:05Z',
    title: 'Everything',
    icpn: sampleIcpn(1),
    genre: 'Pop',
    releaseDate: '2026-01-01',
    tracks,
  });
  for (const piece of pieces) if (!file.write(piece)) await once(file, 'drain');
  file.end();
  await finished(file);
  return count;
}
