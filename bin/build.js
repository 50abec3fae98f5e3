'use strict';
// Compiles the project into dist/. Silent unless something is wrong, so that `npm run -s demo -- --json` prints JSON alone.
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const compiler = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
process.exitCode = status ?? 1;

// What is left of a source that is gone would still be found: a migration of another branch would be run.
for (const file of existsSync(dist) ? readdirSync(dist, { recursive: true }) : []) {
  const source = file.replace(/\.js(\.map)?$/, '.ts');
  if (source !== file && !existsSync(join(root, source))) rmSync(join(dist, file));
}
