import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Real files that lie beside a developer's checkout and are no part of the product. */
const beside = (levels: string): string => resolve(__dirname, levels, 'shared');

/** Compiled tests lie a level deeper, in dist/. */
const folder =
  process.env.ACCORDO_SHARED_FILES ??
  [beside('../../..'), beside('../../../..')].find(existsSync) ??
  beside('../../..');

export const sharedFile = (path: string): string => join(folder, path);

/** `whereShared('data/dsr')('reads …', …)`: a test that runs only where the files are. */
export const whereShared = (path: string): jest.It => (existsSync(sharedFile(path)) ? it : it.skip);
