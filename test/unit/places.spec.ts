import { createHash, randomUUID } from 'node:crypto';
import {
  appendFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import {
  type FilePlace,
  type PlacedFile,
  PlacedFileChanged,
  PlacedFileForbidden,
} from '../../src/platform/places/file-place';
import { FolderPlace } from '../../src/platform/places/folder-place';
import type { S3Settings } from '../../src/platform/places/s3-client';
import { S3Place } from '../../src/platform/places/s3-place';
import { S3Double } from '../support/s3-double';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'accordo-places-'))));
afterEach(() => rm(folder, { recursive: true }));

const box = randomUUID();

async function listed(place: FilePlace): Promise<PlacedFile[]> {
  const files: PlacedFile[] = [];
  for await (const file of place.incoming(box)) files.push(file);
  return files.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function textOf(place: FilePlace, file: PlacedFile, meanwhile?: () => unknown): Promise<string> {
  let text = '';
  for await (const piece of place.read(box, file)) {
    text += piece.toString();
    await meanwhile?.();
  }
  return text;
}

async function toWrite(text: string): Promise<{ path: string; bytes: number; sha256: string }> {
  const path = join(folder, `source-${randomUUID()}`);
  await writeFile(path, text);
  return { path, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

describe('a folder', () => {
  let place: FolderPlace;
  let incoming: string;
  beforeEach(async () => {
    place = new FolderPlace(join(folder, 'inbox'));
    await place.prepare(box);
    incoming = join(folder, 'inbox', box, 'in');
  });

  it('is listed and read, every file in its version', async () => {
    await writeFile(join(incoming, 'a.csv'), 'one');
    const [first] = await listed(place);
    expect(first).toMatchObject({ name: 'a.csv', bytes: 3, isFile: true });
    expect(await textOf(place, first!)).toBe('one');
    await writeFile(join(incoming, 'new'), 'two');
    await rename(join(incoming, 'new'), join(incoming, 'a.csv'));
    const [second] = await listed(place);
    expect(second!.version).not.toBe(first!.version);
    await expect(textOf(place, first!)).rejects.toThrow(PlacedFileChanged);
    await rm(join(incoming, 'a.csv'));
    await expect(textOf(place, second!)).rejects.toThrow(PlacedFileChanged);
  });

  it('gives nothing for whole that is written or touched while it is read', async () => {
    await writeFile(join(incoming, 'a.csv'), 'one');
    const [file] = await listed(place);
    await expect(textOf(place, file!, () => appendFile(join(incoming, 'a.csv'), 'more'))).rejects.toThrow(
      PlacedFileChanged,
    );
    const [grown] = await listed(place);
    await expect(textOf(place, grown!, () => utimes(join(incoming, 'a.csv'), 1, 1))).rejects.toThrow(PlacedFileChanged);
  });

  it('follows no link, whether it was there or comes between two looks', async () => {
    const secret = join(folder, 'secret');
    await writeFile(secret, 'keyring');
    await symlink(secret, join(incoming, 'link.csv'));
    await mkdir(join(incoming, 'below'));
    const files = await listed(place);
    expect(files.map(({ name, isFile }) => [name, isFile])).toEqual([
      ['below', false],
      ['link.csv', false],
    ]);
    await expect(textOf(place, { ...files[1]!, isFile: true })).rejects.toThrow(PlacedFileChanged);
    await writeFile(join(incoming, 'a.csv'), 'one');
    const file = (await listed(place)).find(({ name }) => name === 'a.csv')!;
    await rm(join(incoming, 'a.csv'));
    await symlink(secret, join(incoming, 'a.csv'));
    await expect(textOf(place, file)).rejects.toThrow(PlacedFileChanged);
    await expect(textOf(place, { ...file, name: '../../../secret' })).rejects.toThrow(PlacedFileChanged);
    await link(secret, join(incoming, 'hard.csv'));
    expect((await listed(place)).find(({ name }) => name === 'hard.csv')).toMatchObject({ isFile: false });
  });

  it('tells what is gone from what is kept from us, and from troubles of our own', async () => {
    await writeFile(join(incoming, 'a.csv'), 'one');
    const [file] = await listed(place);
    const files = jest.requireActual<typeof import('node:fs/promises')>('node:fs/promises');
    const failing = async (code: string): Promise<unknown> => {
      const opening = jest.spyOn(files, 'open').mockRejectedValueOnce(Object.assign(new Error(code), { code }));
      const told = await textOf(place, file!).catch((error: unknown) => error);
      opening.mockRestore();
      return told;
    };
    for (const code of ['ENOENT', 'ELOOP']) expect(await failing(code)).toBeInstanceOf(PlacedFileChanged);
    expect(await failing('EACCES')).toBeInstanceOf(PlacedFileForbidden);
    for (const code of ['EMFILE', 'EIO']) expect(await failing(code)).toMatchObject({ message: code });
    expect(await textOf(place, file!)).toBe('one');
  });

  it('is refused as a whole where it leads elsewhere', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'a.csv'), 'one');
    for (const name of ['in', 'out']) {
      await rm(join(folder, 'inbox', box, name), { recursive: true });
      await symlink(elsewhere, join(folder, 'inbox', box, name));
    }
    await expect(listed(place)).rejects.toThrow('leads elsewhere');
    await expect(place.write(box, 'a.json', await toWrite('{}'))).rejects.toThrow('leads elsewhere');
    expect(await readdir(elsewhere)).toEqual(['a.csv']);
    await expect(place.write('..', 'a.json', await toWrite('{}'))).rejects.toThrow('boxes are called by ids');
  });

  it('is written to whole, in place of what was there, also of a link', async () => {
    const out = join(folder, 'inbox', box, 'out');
    const kept = join(folder, 'kept');
    await writeFile(kept, 'as it was');
    await symlink(kept, join(out, 'a.json'));
    await place.write(box, 'a.json', await toWrite('{"one":1}'));
    expect(await readFile(kept, 'utf8')).toBe('as it was');
    await place.write(box, 'a.json', await toWrite('{"two":2}'));
    expect(await readFile(join(out, 'a.json'), 'utf8')).toBe('{"two":2}');
    expect(await readdir(out)).toEqual(['a.json']);
    const [old, young, senders] = [`.${randomUUID()}`, `.${randomUUID()}`, '.note'];
    for (const name of [old, young, senders]) await writeFile(join(out, name), 'half');
    for (const name of [old, senders]) await utimes(join(out, name), 1, 1);
    await place.write(box, 'a.json', await toWrite('{}'));
    expect((await readdir(out)).sort()).toEqual([young, senders, 'a.json'].sort());
  });
});

describe('a prefix of S3', () => {
  let double: S3Double;
  let settings: S3Settings;
  let place: S3Place;
  const key = (name: string): string => `from/platforms/${box}/in/${name}`;
  beforeEach(async () => {
    double = new S3Double('usage');
    settings = await double.start();
    place = new S3Place(settings, 'usage', 'from/platforms');
  });
  afterEach(() => double.close());

  const names = ['a.csv', 'a.csv.done', 'b & c+d=e (1)@x,y.csv', 'Отчёт 2026-01.csv', "it's!*~.csv"];

  it('is listed page by page, whatever its names are, and without what lies deeper', async () => {
    for (const name of names) double.put(key(name), `of ${name}`);
    double.put(key(''), '');
    for (const name of ['nul\0.csv', 'new\nline.csv', 'escape\u009b.csv']) double.put(key(name), 'nameless');
    double.put(key('below/z.csv'), 'deeper');
    double.put('from/platforms/another/in/z.csv', 'not ours');
    const files = await listed(place);
    expect(files.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(double.requests.filter((request) => request.includes('list-type=2')).length).toBe(5);
    for (const file of files) expect(await textOf(place, file)).toBe(`of ${file.name}`);
    expect(place.address(box)).toBe(`s3://usage/${key('')}`);
  });

  it('is read in the version that was listed, or not', async () => {
    double.put(key('a.csv'), 'one');
    const [file] = await listed(place);
    double.put(key('a.csv'), 'two');
    await expect(textOf(place, file!)).rejects.toThrow(PlacedFileChanged);
    double.objects.delete(key('a.csv'));
    await expect(textOf(place, file!)).rejects.toThrow(PlacedFileChanged);
    double.put(key('empty.csv'), '');
    expect(await textOf(place, (await listed(place))[0]!)).toBe('');
  });

  it('is read on from where it broke off, and asked again while it is busy', async () => {
    const text = 'ZZACC2600001;5\n'.repeat(100_000);
    double.put(key('a.csv'), text);
    double.troubles.push({ for: /list-type/, what: 'SlowDown' }, { for: /list-type/, what: 'reset' });
    const [file] = await listed(place);
    double.troubles.push(
      { for: /a\.csv/, what: 'SlowDown' },
      { for: /a\.csv/, what: 'half' },
      { for: /a\.csv/, what: 'reset' },
      { for: /a\.csv/, what: 'half' },
    );
    expect((await textOf(place, file!)) === text).toBe(true);
    expect(double.troubles).toEqual([]);
  });

  it('gives up where it stays away or forbids', async () => {
    double.put(key('a.csv'), 'one');
    double.troubles.push({ for: /list-type/, what: 'AccessDenied' });
    await expect(listed(place)).rejects.toThrow('the storage answers 403 AccessDenied');
    for (let count = 0; count < 5; count += 1) double.troubles.push({ for: /list-type/, what: 'SlowDown' });
    await expect(listed(place)).rejects.toThrow('the storage answers 503 SlowDown');
    expect(double.troubles).toEqual([]);
  });

  it('takes only what is rightly signed', async () => {
    const wrong = new S3Place({ ...settings, secretAccessKey: 'another' }, 'usage', 'from/platforms');
    await expect(listed(wrong)).rejects.toThrow('the storage answers 403 SignatureDoesNotMatch');
    await expect(wrong.write(box, 'a.json', await toWrite('{}'))).rejects.toThrow('403 SignatureDoesNotMatch');
  });

  it('is written to, after a broken connection once more', async () => {
    double.troubles.push({ for: /^PUT/, what: 'reset' }, { for: /^PUT/, what: 'SlowDown' });
    const text = '{"one":1}'.repeat(50_000);
    await place.write(box, 'a (1).json', await toWrite(text));
    expect(double.objects.get(`from/platforms/${box}/out/a (1).json`)?.body.toString() === text).toBe(true);
    expect(double.requests.filter((request) => request.startsWith('PUT')).length).toBe(3);
  });
});

describe('the configuration of an inbox', () => {
  const complete = {
    DATABASE_URL: 'postgresql://app:one@db.example:5432/accordo',
    DATA_FOLDER: '/var/lib/accordo',
  };
  const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };

  it('is none, a folder, or a prefix of a bucket', () => {
    expect(readConfig(complete).inbox).toBeUndefined();
    expect(readConfig({ ...complete, INBOX_URL: 'file:///srv/inbox' }).inbox).toEqual({
      url: 'file:///srv/inbox',
      s3: undefined,
      seconds: 30,
    });
    expect(
      readConfig({ ...complete, ...keys, INBOX_URL: 's3://usage/in', INBOX_SECONDS: '5', S3_REGION: 'eu-central-1' })
        .inbox,
    ).toEqual({
      url: 's3://usage/in',
      seconds: 5,
      s3: {
        endpoint: 'https://s3.eu-central-1.amazonaws.com',
        region: 'eu-central-1',
        accessKeyId: 'id',
        secretAccessKey: 'secret',
      },
    });
  });

  it.each([
    [{ INBOX_URL: '/srv/inbox' }, 'INBOX_URL must be'],
    [{ INBOX_URL: 'file://host/srv/inbox' }, 'INBOX_URL must be'],
    [{ INBOX_URL: 'file:///' }, 'INBOX_URL must be'],
    [{ INBOX_URL: 'ftp://host/inbox' }, 'INBOX_URL must be'],
    [{ INBOX_URL: 's3://u/x', ...keys }, 'INBOX_URL must be'],
    [{ INBOX_URL: 's3://usage/x?y', ...keys }, 'INBOX_URL must be'],
    [{ INBOX_URL: 's3://usage/in' }, 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed'],
    [{ INBOX_URL: 's3://usage/in', ...keys, S3_ENDPOINT: 'nowhere' }, 'S3_ENDPOINT is not an address'],
    [{ INBOX_SECONDS: '0' }, 'INBOX_SECONDS must be'],
  ])('is refused: %j', (environment, message) => {
    expect(() => readConfig({ ...complete, ...environment })).toThrow(message);
  });
});
