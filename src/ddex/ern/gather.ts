import { NONE, type XmlElement } from './xml/element';

/** Paths of a layout, each as the number under which its elements are gathered; with more about it where there is more. */
export type Resolved<P> = {
  readonly [Name in keyof P]: P[Name] extends readonly string[]
    ? readonly number[]
    : P[Name] extends readonly (readonly [string, infer Kind])[]
      ? readonly (readonly [number, Kind])[]
      : never;
} & { readonly plan: Plan; readonly slots: number; readonly pathOf: (slot: number) => string };

/** What is gathered below an element, by name: under which number, and what of what is in it. */
interface Step {
  slot: number;
  inside: Plan | null;
}
type Plan = Map<string, Step>;

/** Numbers the paths of a layout. A `%` in a path stands for the kind; a path that is there twice has one number. */
export function resolved<P extends object>(paths: P, kind: string): Resolved<P> {
  const plan: Plan = new Map();
  const numbered: string[] = [];
  const slotOf = (path: string): number => {
    const text = path.replaceAll('%', kind);
    const found = numbered.indexOf(text);
    if (found >= 0) return found;
    place(plan, text.split('/'), numbered.length);
    return numbered.push(text) - 1;
  };
  const entries = Object.entries(paths as Record<string, readonly (string | readonly [string, string])[]>);
  const named = entries.map(([name, list]) => [
    name,
    list.map((path) => (typeof path === 'string' ? slotOf(path) : [slotOf(path[0]), path[1]])),
  ]);
  const pathOf = (slot: number): string => numbered[slot]!;
  return { ...Object.fromEntries(named), plan, slots: numbered.length, pathOf } as unknown as Resolved<P>;
}

function place(plan: Plan, [name = '', ...rest]: readonly string[], slot: number): void {
  let step = plan.get(name);
  if (step === undefined) plan.set(name, (step = { slot: -1, inside: null }));
  if (rest.length === 0) step.slot = slot;
  else place((step.inside ??= new Map()), rest, slot);
}

/** The elements of one thing by the numbers of their paths: gathered in one walk, since each thing is asked for thirty of them. */
export class Gathered {
  private readonly lists: (XmlElement[] | undefined)[];

  constructor(
    element: XmlElement,
    { plan, slots }: { readonly plan: Plan; readonly slots: number },
    /** Is told of an element that the layout has no place for. */
    private readonly onOther: (element: XmlElement) => void,
  ) {
    this.lists = new Array<XmlElement[] | undefined>(slots).fill(undefined);
    this.walk(element, plan);
  }

  /** All of these paths, one path after another. */
  all(slots: readonly number[]): readonly XmlElement[] {
    if (slots.length === 1) return this.lists[slots[0]!] ?? NONE;
    let found: readonly XmlElement[] = NONE;
    for (const slot of slots) {
      const list = this.lists[slot];
      if (list !== undefined) found = found.length === 0 ? list : [...found, ...list];
    }
    return found;
  }

  at(slot: number): readonly XmlElement[] {
    return this.lists[slot] ?? NONE;
  }

  private walk(element: XmlElement, plan: Plan): void {
    for (let child = element.first; child !== null; child = child.next) {
      const step = plan.get(child.name);
      if (step === undefined) {
        this.onOther(child);
        continue;
      }
      if (step.slot >= 0) {
        const list = this.lists[step.slot];
        if (list === undefined) this.lists[step.slot] = [child];
        else list.push(child);
      }
      if (step.inside !== null) this.walk(child, step.inside);
    }
  }
}
