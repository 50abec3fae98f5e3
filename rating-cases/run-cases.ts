import { differences, type Difference } from './compare';
import { FAMILIES } from './families';
import { oneLine, type RatingCase } from './read-file';

export interface CaseResult {
  readonly id: string;
  readonly family: string;
  /** What the product makes of the terms and the usage, in the shape of `expect`; null where no function does such cases. */
  readonly got: unknown;
  /** Whether `got` is `expect`; null where there is nothing to compare. */
  readonly ok: boolean | null;
  /** Where it is not. */
  readonly differences: readonly Difference[];
}

/** Runs a case by its family. What the product refuses, or cannot make anything of, is the result of that case alone. */
export function runCase({ id, family, terms, usage, expect }: RatingCase): CaseResult {
  const run = Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined;
  if (run === undefined) return { id, family, got: null, ok: null, differences: [] };
  const got = plain(attempt(() => run({ terms, usage })));
  const found = differences(expect, got);
  return { id, family, got, ok: found.length === 0, differences: found };
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const faults = error instanceof Error && 'faults' in error ? { faults: error.faults } : {};
    return { error: oneLine(error), ...faults };
  }
}

/** As it is written and read as JSON: members that are undefined are absent. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
