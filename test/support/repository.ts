import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const root = resolve(__dirname, '..', '..');

/** Not ours, or made from what is. */
const leftOut = new Set(['node_modules', 'dist', 'coverage', '.git', '.accordo', 'package-lock.json']);
const text = /(\.(ts|js|cjs|mjs|json|md|yml|yaml|sql|sh|csv|tsv|txt|html)|Dockerfile|LICENSE|NOTICE|ignore|\.ci\/run)$/;

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (leftOut.has(entry.name) || entry.name.endsWith('.log')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() && text.test(path) ? [relative(root, path)] : [];
  });
}

/** The text files of the repository, by path from its root. */
export const textFiles = (): string[] => walk(root).sort();

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export const isTest = (path: string): boolean => path.endsWith('.spec.ts') || path.startsWith('test/');

/** Markdown without its code blocks. */
export const proseOf = (markdown: string): string => markdown.replace(/^(`{3,}).*\n[\s\S]*?^\1\s*$/gm, '');

/** "path:line" of every line that matches. */
export const linesWith = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim().slice(0, 100)}`] : [])),
  );
