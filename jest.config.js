'use strict';
// Nest 12 is pure ES modules; on Node 24 with --experimental-vm-modules Jest loads it by require(esm). Only our own sources are transformed.
const typescript = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2023',
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  rootDir: __dirname,
  testMatch,
  transform: { '\\.ts$': typescript },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  ...more,
});

/** Unit tests need nothing but the code; all others share one throw-away PostgreSQL, started once. */
module.exports = {
  maxWorkers: 2,
  // What a file has loaded is never quite given back, some 40 MB where it starts the application: a worker that is left with gigabytes only collects garbage.
  workerIdleMemoryLimit: '800MB',
  testTimeout: 60_000,
  projects: [
    project('unit', ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/unit/**/*.spec.ts']),
    project('database', ['<rootDir>/test/{http,database,scenarios,golden,faults,commands}/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    }),
  ],
};
