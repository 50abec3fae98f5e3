/** A copy of JSON with one member replaced, named by its pointer; undefined removes it. */
export function changedJson(json: unknown, pointer: string, value: unknown): unknown {
  const copy: unknown = structuredClone(json);
  const steps = pointer.split('/').slice(1);
  const last = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((node, step) => Reflect.get(Object(node), step), copy);
  if (value === undefined && Array.isArray(parent)) parent.splice(parseInt(last, 10), 1);
  else if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return copy;
}

/** The pointer of every value inside the JSON, parents before their members. */
export function pointersOf(json: unknown, pointer = ''): string[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, member]) => {
    const own = `${pointer}/${name}`;
    return [own, ...pointersOf(member, own)];
  });
}

/** The value at a pointer of `pointersOf`. */
export function valueAt(json: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, step) => Reflect.get(Object(node), step), json);
}
