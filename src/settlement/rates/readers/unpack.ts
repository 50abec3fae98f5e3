import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { presentable } from '../../../kernel';
import { DomainError } from '../../../platform/errors/domain-error';
import { ratesBytesMax } from './rates-file';

const zipStart = Buffer.from('PK\u0003\u0004', 'latin1');

/** The file itself, or the only one in a ZIP, which is how the European Central Bank gives its CSV. Refuses with exchange-rates-unreadable. */
export async function unpackRates(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, zipStart.length).equals(zipStart)) return bytes;
  try {
    return await onlyFile(await opened(bytes));
  } catch (error) {
    const message = presentable(error instanceof Error ? error.message : 'cannot be unpacked');
    throw new DomainError('exchange-rates-unreadable', undefined, [{ pointer: '', code: 'zip-malformed', message }]);
  }
}

const opened = (bytes: Buffer): Promise<ZipFile> =>
  new Promise((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    ),
  );

function onlyFile(zip: ZipFile): Promise<Buffer> {
  if (zip.entryCount !== 1) return Promise.reject(new Error('the ZIP must have one file in it'));
  return new Promise((resolve, reject) => {
    zip.on('error', reject).on('end', () => reject(new Error('the ZIP must have one file in it')));
    zip.on('entry', (entry: Entry) => contentOf(zip, entry).then(resolve, reject));
    zip.readEntry();
  });
}

/** As long as its entry says, which is looked at before a byte is unpacked: yauzl stops at the first one more. */
function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.uncompressedSize > ratesBytesMax) {
    return Promise.reject(new Error(`the file in it has more than ${ratesBytesMax} bytes`));
  }
  return new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(error);
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      return stream.on('error', reject).on('end', () => resolve(Buffer.concat(pieces)));
    }),
  );
}
