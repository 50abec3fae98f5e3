'use strict';
const tseslint = require('typescript-eslint');

const noNumbersForMoney = {
  selector:
    "CallExpression[callee.name='parseFloat'], CallExpression[callee.object.name='Number'][callee.property.name='parseFloat']",
  message: 'Amounts and rates are exact: use the kernel’s rational or bigint minor units.',
};
const noAmbientTime = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the time from the injected Clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take the time from the injected Clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Use node:crypto, or a seeded generator.',
  },
];

module.exports = tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', '.accordo/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:zlib',
              importNames: ['createBrotliDecompress', 'brotliDecompress', 'brotliDecompressSync'],
              message: 'Node’s Brotli decoder is unsafe on affected versions (CVE-2026-111497).',
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', noNumbersForMoney, ...noAmbientTime],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
    },
  },
  {
    // The processes at the edge own the real clock and the terminal.
    files: [
      'src/main.ts',
      'src/worker.ts',
      'src/cli.ts',
      'src/start.ts',
      'src/commands/**',
      'src/platform/clock.ts',
      'src/platform/database/embedded/**',
      'bench/**',
      'demo/**',
      'rating-cases/**',
      'test/**',
      '**/*.spec.ts',
    ],
    rules: { 'no-console': 'off', 'no-restricted-syntax': ['error', noNumbersForMoney] },
  },
  {
    files: ['**/*.spec.ts', 'test/**'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', complexity: 'off' },
  },
  { files: ['migrations/**'], rules: { 'max-lines-per-function': 'off' } },
);
