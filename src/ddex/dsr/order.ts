/**
 * The order of records as a regular expression over their families, such as `(SR08 DE01?)*`: names in sequence, `|`
 * between alternatives, `?`, `*` and `+` after what they repeat, round brackets.
 */
export interface OrderState {
  /** Nothing more needs to come. */
  readonly complete: boolean;
  /** The state after this record; undefined where it may not come. */
  after(family: string): OrderState | undefined;
  /** The state as if this record had come where it may: how to go on after an error. */
  resumedAt(family: string): OrderState | undefined;
}

/** The state before the first record. Throws SyntaxError on a grammar that is none. */
export function orderOf(grammar: string): OrderState {
  const { tree, names } = parse(grammar);
  return new States(names, tree).state(new Set([START]));
}

/** A part of a grammar by the places (indices of names) at which it may begin and end. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly empty: boolean;
}

interface Parsed {
  readonly tree: Part & { readonly follow: readonly (readonly number[])[] };
  readonly names: readonly string[];
}

const START = -1;

/** Sets of places as states, each made once, so that reading a record is one look into a map. */
class States {
  private readonly known = new Map<string, OrderState>();

  constructor(
    private readonly names: readonly string[],
    private readonly tree: Parsed['tree'],
  ) {}

  state(places: ReadonlySet<number>): OrderState {
    const key = [...places].sort((a, b) => a - b).join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const next = new Map<string, OrderState>();
    const state: OrderState = {
      complete: [...places].some((place) => (place === START ? this.tree.empty : this.tree.last.includes(place))),
      after: (family) => {
        const before = next.get(family);
        if (before !== undefined) return before;
        const reached = this.reached(places, family);
        if (reached.size === 0) return undefined;
        const after = this.state(reached);
        next.set(family, after);
        return after;
      },
      resumedAt: (family) => {
        const anywhere = this.names.flatMap((name, place) => (name === family ? [place] : []));
        return anywhere.length === 0 ? undefined : this.state(new Set(anywhere));
      },
    };
    this.known.set(key, state);
    return state;
  }

  private reached(places: ReadonlySet<number>, family: string): Set<number> {
    const { first, follow } = this.tree;
    const following = [...places].flatMap((place) => (place === START ? first : follow[place]!));
    return new Set(following.filter((place) => this.names[place] === family));
  }
}

/** Reads the grammar by descent; the places that may follow each other come out on the way. */
function parse(grammar: string): Parsed {
  const tokens = grammar.match(/[A-Za-z0-9]+|[()|?*+]|\S/g) ?? [];
  const names: string[] = [];
  const follow: Set<number>[] = [];
  let at = 0;
  const link = (from: readonly number[], to: readonly number[]): void => {
    for (const place of from) for (const next of to) follow[place]!.add(next);
  };

  function alternatives(): Part {
    let part = sequence();
    while (tokens[at] === '|') {
      at += 1;
      const other = sequence();
      part = {
        first: [...part.first, ...other.first],
        last: [...part.last, ...other.last],
        empty: part.empty || other.empty,
      };
    }
    return part;
  }

  function sequence(): Part {
    let part: Part = { first: [], last: [], empty: true };
    while (at < tokens.length && tokens[at] !== '|' && tokens[at] !== ')') {
      const next = repeated();
      link(part.last, next.first);
      part = {
        first: part.empty ? [...part.first, ...next.first] : part.first,
        last: next.empty ? [...part.last, ...next.last] : next.last,
        empty: part.empty && next.empty,
      };
    }
    return part;
  }

  function repeated(): Part {
    let part = single();
    for (let mark = tokens[at]; mark === '?' || mark === '*' || mark === '+'; mark = tokens[at]) {
      at += 1;
      if (mark !== '?') link(part.last, part.first);
      if (mark !== '+') part = { ...part, empty: true };
    }
    return part;
  }

  function single(): Part {
    const token = tokens[at]!;
    at += 1;
    if (token === '(') {
      const part = alternatives();
      if (tokens[at] !== ')') throw new SyntaxError(`no closing bracket in ${grammar}`);
      at += 1;
      return part;
    }
    if (!/^[A-Za-z0-9]/.test(token)) throw new SyntaxError(`${token} is out of place in ${grammar}`);
    follow.push(new Set());
    const place = [names.push(token) - 1];
    return { first: place, last: place, empty: false };
  }

  const whole = alternatives();
  if (at < tokens.length) throw new SyntaxError(`${tokens[at]} is out of place in ${grammar}`);
  return { tree: { ...whole, follow: follow.map((places) => [...places]) }, names };
}
