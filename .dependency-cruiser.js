'use strict';
/**
 * The architecture as a table: who may import whom. Changing it is a decision worth a record in docs/decisions/.
 * `platform` and `kernel` are open to every module; `ddex` to those that read or write DDEX.
 */
const mayImport = {
  parties: [],
  catalogue: ['parties'],
  agreements: ['catalogue', 'parties'],
  clearance: ['agreements', 'catalogue', 'parties'],
  offers: ['clearance', 'usage', 'agreements', 'catalogue', 'parties'],
  usage: ['agreements', 'catalogue', 'parties'],
  settlement: ['usage', 'agreements', 'catalogue', 'parties'],
  enforcement: ['offers', 'agreements', 'clearance', 'catalogue', 'parties'],
};
const modules = Object.keys(mayImport);
const anyModule = `^src/(${modules.join('|')})/`;
const error = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    error('no-cycles', {}, { circular: true }),
    error(
      'kernel-is-pure',
      { path: '^src/kernel/', pathNot: ['\\.spec\\.ts$', '^src/kernel/testing/'] },
      {
        pathNot: [
          '^src/kernel/',
          'node_modules/(fraction\\.js|temporal-polyfill|temporal-utils)/',
          '^node:crypto$',
          '^crypto$',
        ],
      },
    ),
    error(
      'evidence-knows-only-the-kernel',
      { path: '^src/evidence/' },
      { path: '^src/', pathNot: '^src/(evidence|documents|kernel|platform/signing)/' },
    ),
    error('ddex-knows-only-the-kernel', { path: '^src/ddex/' }, { path: '^src/', pathNot: '^src/(ddex|kernel)/' }),
    error('platform-knows-no-module', { path: '^src/platform/' }, { path: anyModule }),
    error(
      'modules-meet-at-the-index',
      { path: '^src/([^/]+)/' },
      { path: anyModule, pathNot: ['^src/$1/', '/index\\.ts$'] },
    ),
    // Whoever copies the folder has all of it.
    error(
      'client-stands-alone',
      { path: '^client/', pathNot: '\\.spec\\.ts$' },
      { pathNot: '^client/|^(node:)?crypto$' },
    ),
    error('worked-cases-know-only-the-kernel', { path: '^rating-cases/' }, { path: '^src/', pathNot: '^src/kernel/' }),
    error('only-the-process-reads-the-clock', { path: anyModule }, { path: '^src/(main|worker|cli|start)\\.ts$' }),
    ...Object.entries(mayImport).map(([name, allowed]) =>
      error(
        `${name}-keeps-its-place`,
        { path: `^src/${name}/` },
        { path: anyModule, pathNot: [name, ...allowed].map((m) => `^src/${m}/`) },
      ),
    ),
    // Whoever checks the books must not share a mistake with whoever keeps them.
    error(
      'reference-ledger-stands-alone',
      { path: '^test/faults/simulator/(reference|arithmetic|deals)\\.ts$' },
      { pathNot: '^test/faults/simulator/(reference|arithmetic|deals)\\.ts$' },
    ),
    error(
      'product-does-not-import-tests',
      { path: '^src/', pathNot: '\\.spec\\.ts$' },
      { path: '^(test|bench|demo|rating-cases)/', pathNot: '^src/' },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
