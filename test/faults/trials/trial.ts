import type { Product } from '../simulator/product';

/** How much of it, from which seed on, and where progress is told to people. */
export interface Order {
  readonly size: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What a trial says in the end: its figures, and what was found wrong. */
export interface Verdict {
  readonly found: readonly string[];
  readonly [figure: string]: unknown;
}

/** One of the acceptance tests of settlement. */
export interface Trial {
  /** As the list of acceptance tests names it: "T6". */
  readonly name: string;
  readonly about: string;
  /** What a unit of its size is: "closes", "rows". */
  readonly unit: string;
  /** In `npm test`, from the command line, and with `--full`. */
  readonly sizes: { readonly brief: number; readonly usual: number; readonly full: number };
}

/** A trial of the product's services in this process, on copies of one signed world. */
export interface ServiceTrial extends Trial {
  readonly run: (product: Product, order: Order) => Promise<Verdict>;
}

/** What was found wrong, each thing once, and no more of it than a person reads. */
export class Found {
  private readonly things = new Set<string>();

  add(what: string): void {
    if (this.things.size < 50) this.things.add(what);
  }

  /** Notes what is not as it should be, both as they are written. */
  same(what: string, found: unknown, expected: unknown): void {
    const [is, shouldBe] = [written(found), written(expected)];
    if (is !== shouldBe) this.add(`${what}: ${is}, not ${shouldBe}`);
  }

  get list(): readonly string[] {
    return [...this.things];
  }
}

const written = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
