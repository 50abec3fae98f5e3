import { readFileSync } from 'node:fs';

/** A worked case: terms and usage, and what they come to. The fields of a family are described in the file itself. */
export interface RatingCase {
  readonly id: string;
  readonly family: string;
  readonly terms: unknown;
  readonly usage: unknown;
  readonly expect: unknown;
}

/** The file cannot be read, or has no worked cases. The message is one line, for people. */
export class CaseFileRefused extends Error {}

const FORMAT = 'rating-cases/1';

/** Reads the cases of a file. Throws CaseFileRefused. */
export function readCaseFile(path: string): RatingCase[] {
  try {
    return readCases(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof CaseFileRefused) throw error;
    throw new CaseFileRefused(oneLine(error));
  }
}

/** The cases of a document in the format `rating-cases/1`. Throws CaseFileRefused. */
export function readCases(document: unknown): RatingCase[] {
  if (!isObject(document) || document['format'] !== FORMAT) throw new CaseFileRefused(`the format is not ${FORMAT}`);
  const { cases } = document;
  if (!Array.isArray(cases)) throw new CaseFileRefused('there is no list of cases');
  return cases.map((entry: unknown, index) => readCase(entry, `case ${index}`));
}

function readCase(entry: unknown, place: string): RatingCase {
  if (!isObject(entry)) throw new CaseFileRefused(`${place} is not an object`);
  const { id, family, terms, usage, expect } = entry;
  if (typeof id !== 'string' || id === '') throw new CaseFileRefused(`${place} has no id`);
  if (typeof family !== 'string' || family === '') throw new CaseFileRefused(`${place} (${id}) has no family`);
  return { id, family, terms, usage, expect };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
