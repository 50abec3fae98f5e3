import { presentable } from '../../kernel';

/** What is wrong with a file at one place. */
export interface Problem {
  /** From 1; of a batch of events its place in the list. */
  readonly line: number;
  /** From 1; null where no single cell is at fault, or the file has none. */
  readonly cell: number | null;
  /** Name of the cell or key; of an event the JSON pointer. */
  readonly cellName: string | null;
  /** Code of the record, in a DSR file. */
  readonly record: string;
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly value: string;
  readonly message: string;
}

const keptMax = 1_000;
/** So many kinds of fault get a line that shows how it would be right. */
const kindsMax = 20;

/** The first of all problems, how many there are of each code, and the first of each kind. */
export class Problems {
  readonly first: Problem[] = [];
  readonly kinds = new Map<string, Problem>();
  private readonly counts = new Map<string, number>();

  add(problem: Problem): void {
    const shown = {
      ...problem,
      cellName: problem.cellName === null ? null : presentable(problem.cellName),
      value: presentable(problem.value),
      message: presentable(problem.message, 500),
    };
    if (this.first.length < keptMax) this.first.push(shown);
    if (this.kinds.size < kindsMax && !this.kinds.has(problem.code)) this.kinds.set(problem.code, shown);
    this.counts.set(problem.code, (this.counts.get(problem.code) ?? 0) + 1);
  }

  /** Problems that were counted elsewhere and are not kept. */
  count(counts: Readonly<Record<string, number>>): void {
    for (const [code, count] of Object.entries(counts)) this.counts.set(code, count);
  }

  get byCode(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
