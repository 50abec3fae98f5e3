import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Storage } from '../../src/platform/storage/storage';

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

describe('the storage of files', () => {
  let folder: string;
  let storage: Storage;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'accordo-storage-'));
    storage = new Storage(join(folder, 'files'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const leftovers = (): string[] => readdirSync(join(folder, 'files', 'incoming'));

  it('names a file by what is in it and gives back the same bytes', async () => {
    const content = Buffer.from([0, 255, 10, 13, 0]);
    const stored = await storage.store(Readable.from([content.subarray(0, 2), content.subarray(2)]), 5);
    expect(stored).toEqual({ sha256: sha256(content), bytes: 5 });
    expect(await buffer(storage.read(stored.sha256))).toEqual(content);
    expect(await storage.has(stored.sha256)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('takes an empty file', async () => {
    expect(await storage.store(Readable.from([]), 5)).toEqual({ sha256: sha256(''), bytes: 0 });
  });

  it('keeps the same content once, whoever brings it', async () => {
    const [one, two] = await Promise.all([
      storage.store(Readable.from([Buffer.from('same')]), 9),
      storage.store(Readable.from([Buffer.from('same')]), 9),
    ]);
    expect(one).toEqual(two);
    expect(readdirSync(join(folder, 'files', one.sha256.slice(0, 2)))).toEqual([one.sha256]);
  });

  it('refuses a file that is longer than the route takes, and leaves nothing of it', async () => {
    await expect(storage.store(Readable.from([Buffer.alloc(6)]), 5)).rejects.toMatchObject({ code: 'body-too-large' });
    expect(leftovers()).toEqual([]);
    expect(readdirSync(join(folder, 'files'))).toEqual(['incoming']);
  });

  it('leaves nothing of a file whose sender breaks off', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('connection lost');
      })(),
    );
    await expect(storage.store(broken, 100)).rejects.toThrow('connection lost');
    expect(leftovers()).toEqual([]);
    expect(await storage.has(sha256('half'))).toBe(false);
  });

  it('is closed to other users of the machine', async () => {
    const before = process.umask(0);
    const stored = await storage.store(Readable.from([Buffer.from('secret')]), 9);
    process.umask(before);
    expect(statSync(join(folder, 'files', stored.sha256.slice(0, 2), stored.sha256)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'files', stored.sha256.slice(0, 2))).mode & 0o077).toBe(0);
  });

  it.each(['../../etc/passwd', '', sha256('x').toUpperCase(), `${sha256('x')}/..`])(
    'takes no other name for a file: %j',
    (name) => {
      expect(() => storage.read(name)).toThrow('files are named by their SHA-256');
    },
  );

  it('tells what other processes have not finished, and removes what one that is gone was working on', async () => {
    const gone = new Storage(storage.folder);
    for (const { temporaryFolder } of [gone, storage]) {
      mkdirSync(join(temporaryFolder, 'reading-1'), { recursive: true });
    }
    expect(await storage.otherLives()).toEqual([gone.life]);
    await storage.forget(gone.life);
    expect(await storage.otherLives()).toEqual([]);
    expect([gone, storage].map(({ temporaryFolder }) => existsSync(temporaryFolder))).toEqual([false, true]);
  });
});
