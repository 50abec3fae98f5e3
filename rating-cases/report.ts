import { type Difference } from './compare';
import { type CaseResult } from './run-cases';

/** One JSON array: what each case came to, and whether that is what it says. */
export function reportJson(results: readonly CaseResult[]): string {
  return JSON.stringify(results.map(({ id, family, got, ok }) => ({ id, family, got, ok })));
}

/** A line a case, columns as wide as their content; under a case that fails, each difference; last a summary. */
export function reportText(results: readonly CaseResult[]): string {
  const widths = [results.map(({ id }) => id.length), results.map(({ family }) => family.length)];
  const [idWidth = 0, familyWidth = 0] = widths.map((lengths) => Math.max(0, ...lengths));
  const lines = results.flatMap((result) => [
    `${result.id.padEnd(idWidth)}  ${result.family.padEnd(familyWidth)}  ${verdict(result)}`,
    ...result.differences.map((difference) => `  ${differenceText(difference)}`),
  ]);
  return [...lines, summary(results)].join('\n');
}

function summary(results: readonly CaseResult[]): string {
  const count = (wanted: boolean | null) => results.filter(({ ok }) => ok === wanted).length;
  return `${results.length} cases: ${count(true)} ok, ${count(false)} failed, ${count(null)} not done`;
}

function verdict({ ok }: CaseResult): string {
  if (ok === null) return 'not done';
  return ok ? 'ok' : 'FAILED';
}

function differenceText({ path, expected, got }: Difference): string {
  return `${path === '' ? '(all)' : path}: expected ${valueText(expected)}, got ${valueText(got)}`;
}

const valueText = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
