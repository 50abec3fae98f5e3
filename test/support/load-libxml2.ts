import { join } from 'node:path';

export type Libxml2 = typeof import('libxml2-wasm');

/** An XML parser that shares nothing with ours. */
export function libxml2(): Promise<Libxml2> {
  // Compiled, `import()` stays what it is; in a test it would become `require`.
  if (!__filename.endsWith('.ts')) return import('libxml2-wasm');
  const { load } = require(join(__dirname, 'libxml2.cjs')) as { load: () => Promise<Libxml2> };
  return load();
}
