import { deflateRawSync } from 'node:zlib';
import { sha256Hex } from '../kernel';
import { archiveBytesMax, readArchive, writeArchive } from './archive';
import { rawZip, type RawEntry } from './testing/raw-zip';
import { verifyBundle } from '.';

const data = Buffer.from('{}');
const zeros = Buffer.alloc(1_000_000);

describe('the archive', () => {
  it('is the same bytes in whatever order its files are given, and can be made again from them', async () => {
    const files = new Map([
      ['b.json', data],
      ['a/c.txt', Buffer.from('é')],
    ]);
    const archive = await writeArchive(files);
    expect(sha256Hex(await writeArchive(new Map([...files].reverse())))).toBe(sha256Hex(archive));
    expect(await readArchive(archive)).toEqual(files);
  });

  const many = (count: number): RawEntry[] =>
    Array.from({ length: count }, (_, place) => ({ name: `f${place}`, data }));
  const again = Array.from({ length: 2_000 }, (_, place) => ({ name: `again${place}`, data: zeros, contentOf: 0 }));
  const zip64 = Buffer.concat([
    rawZip([{ name: 'a', data }]).subarray(0, -22),
    Buffer.from('PK\x06\x07'),
    zeros.subarray(0, 16),
  ]);

  it.each<[string, string, Buffer]>([
    ['of 10,000 files', 'more than 5000 files', rawZip(many(10_000))],
    [
      'that lists one content two thousand times',
      'longer than itself',
      rawZip([{ name: 'once', data: zeros }, ...again]),
    ],
    [
      'that unpacks to more',
      'not stored plainly',
      rawZip([{ name: 'a', data: deflateRawSync(zeros), method: 8, size: zeros.length }]),
    ],
    ['that says another size than it has', 'size mismatch', rawZip([{ name: 'a', data, size: 4_000_000_000 }])],
    ['that is encrypted', 'mismatch', rawZip([{ name: 'a', data, flags: 1 }])],
    ['that tells sizes afterwards', 'not stored plainly', rawZip([{ name: 'a', data, flags: 8 }])],
    ['with extra fields', 'not stored plainly', rawZip([{ name: 'a', data, extra: Buffer.from([1, 0, 0, 0]) }])],
    ['of 64 bits', 'larger files', Buffer.concat([zip64, rawZip([{ name: 'a', data }]).subarray(-22)])],
    ['with a file twice', 'twice', rawZip([...many(2), ...many(1)])],
    ['with a folder', 'no name', rawZip([{ name: 'v1/', data: Buffer.alloc(0) }])],
    ['with a file without a name', 'no name', rawZip([{ name: '', data }])],
    ['that leads upwards', 'relative path', rawZip([{ name: 'v1/../../etc/passwd', data }])],
    ['that leads to the root', 'absolute path', rawZip([{ name: '/etc/passwd', data }])],
    ['of another system’s names', 'invalid characters', rawZip([{ name: 'v1\\terms.json', data }])],
    ['with a name that a terminal would obey', 'no name', rawZip([{ name: 'a\x1b[2K', data }])],
    ['with a very long name', 'no name', rawZip([{ name: 'a'.repeat(60_000), data }])],
    ['that ends early', 'not found', rawZip(many(3)).subarray(0, -30)],
    ['that is empty', 'not found', Buffer.alloc(0)],
    ['that is none', 'not found', Buffer.alloc(70_000, 'PK')],
  ])('%s is refused: %s', async (_, why, bytes) => {
    const before = process.memoryUsage().rss;
    const { faults } = await verifyBundle(bytes, []);
    expect(faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(['container bundle-unreadable']);
    expect(faults[0]?.message).toContain(why);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it('is refused unread when it is too large', async () => {
    await expect(readArchive(Buffer.alloc(archiveBytesMax + 1))).rejects.toThrow('more than');
  });
});
