import { join } from 'node:path';

type Libxml2 = typeof import('libxml2-wasm');

/** An XML parser that shares nothing with ours. */
export function libxml2(): Promise<Libxml2> {
  const { load } = require(join(__dirname, 'libxml2.cjs')) as { load: () => Promise<Libxml2> };
  return load();
}
