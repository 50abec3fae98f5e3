import type { Belongings } from './support/belongings';

export interface BenchmarkOptions {
  /** Ten times the size, for figures that are quoted. */
  readonly full: boolean;
  readonly belongings: Belongings;
  /** Progress, for people only. */
  readonly say: (line: string) => void;
}

/** Measures its cases at least three times each and gives one object a case: figures are medians. */
export type Benchmark = (options: BenchmarkOptions) => Promise<object[]>;
