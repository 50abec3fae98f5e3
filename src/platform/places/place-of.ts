import { fileURLToPath } from 'node:url';
import type { FilePlace } from './file-place';
import { FolderPlace } from './folder-place';
import type { PlaceConfig } from './place-config';
import { S3Place } from './s3-place';

export function placeOf({ url, s3 }: PlaceConfig): FilePlace {
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol === 'file:') return new FolderPlace(fileURLToPath(url));
  if (s3 === undefined) throw new Error('a bucket needs its settings');
  return new S3Place(s3, hostname, decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ''));
}
