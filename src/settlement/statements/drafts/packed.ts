const tag = '$minor';

/** A value as JSON text, whole numbers of any size kept as what they are. `unpacked` gives it back. */
export const packed = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? { [tag]: String(member) } : member));

/** What `packed` was given, from its parsed JSON. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unpacked);
  const members = Object.entries(value);
  const [[name, text] = []] = members;
  if (members.length === 1 && name === tag) return BigInt(text as string);
  return Object.fromEntries(members.map(([key, member]) => [key, unpacked(member)]));
}
