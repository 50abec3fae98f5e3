import { lesser } from './minor';

/**
 * The royalties of one period by clause, from which advances draw in turn. Nothing is drawn twice. An advance that may
 * draw from several clauses never takes what a later one could have had if the earlier could do with another clause:
 * what earlier ones took is moved between their clauses (an augmenting path, shortest first), never lessened.
 */
export class RoyaltyDraw {
  private readonly left: bigint[];
  private readonly drawers: { readonly clauses: readonly number[]; readonly taken: Map<number, bigint> }[] = [];
  private readonly indexOf: ReadonlyMap<string, number>;

  /** Clauses and what they earned in minor units; one that earned nothing, or less, gives nothing. */
  constructor(earned: ReadonlyMap<string, bigint>) {
    this.indexOf = new Map([...earned.keys()].map((clause, index) => [clause, index]));
    this.left = [...earned.values()].map((amount) => (amount > 0n ? amount : 0n));
  }

  /** Draws as much as there is, at most `wanted`, from the clauses. Returns how much. */
  draw(from: 'all' | readonly string[], wanted: bigint): bigint {
    const clauses = from === 'all' ? [...this.left.keys()] : from.flatMap((clause) => this.indexOf.get(clause) ?? []);
    this.drawers.push({ clauses, taken: new Map() });
    let open = wanted;
    for (let got = 1n; open > 0n && got > 0n; open -= got) got = this.drawOnce(this.drawers.length - 1, open);
    return wanted - open;
  }

  private drawOnce(last: number, open: bigint): bigint {
    const path = this.shortestPath(last);
    if (path.length === 0) return 0n;
    const amount = path.reduce(
      (least, { drawer, gives }) => (gives === undefined ? least : lesser(least, this.taken(drawer, gives))),
      lesser(open, this.left[path.at(-1)?.takes ?? -1] ?? 0n),
    );
    for (const { drawer, takes, gives } of path) {
      this.move(drawer, { clause: takes, amount });
      if (gives !== undefined) this.move(drawer, { clause: gives, amount: -amount });
    }
    const end = path.at(-1)?.takes ?? -1;
    this.left[end] = (this.left[end] ?? 0n) - amount;
    return amount;
  }

  /** Who takes from which clause and gives which up to the one before, ending at a clause with something left; or empty. */
  private shortestPath(last: number): Step[] {
    const reached = new Map<number, Step>();
    const queue: { drawer: number; gives?: number }[] = [{ drawer: last }];
    for (const { drawer, gives } of queue) {
      for (const clause of this.drawers[drawer]?.clauses ?? []) {
        if (reached.has(clause)) continue;
        reached.set(clause, { drawer, takes: clause, gives });
        if ((this.left[clause] ?? 0n) > 0n) return stepsTo(clause, reached);
        this.drawers.forEach((_, other) => {
          if (this.taken(other, clause) > 0n) queue.push({ drawer: other, gives: clause });
        });
      }
    }
    return [];
  }

  private taken(drawer: number, clause: number): bigint {
    return this.drawers[drawer]?.taken.get(clause) ?? 0n;
  }

  private move(drawer: number, { clause, amount }: { clause: number; amount: bigint }): void {
    this.drawers[drawer]?.taken.set(clause, this.taken(drawer, clause) + amount);
  }
}

interface Step {
  readonly drawer: number;
  readonly takes: number;
  readonly gives: number | undefined;
}

function stepsTo(end: number, reached: ReadonlyMap<number, Step>): Step[] {
  const steps: Step[] = [];
  for (let at = reached.get(end); at; at = at.gives === undefined ? undefined : reached.get(at.gives)) {
    steps.unshift(at);
  }
  return steps;
}
