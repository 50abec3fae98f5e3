/** A small seeded generator (mulberry32) of numbers in [0, 1): the same seed gives the same faults again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same elements in an order that the generator chose. */
export function shuffled<Element>(elements: readonly Element[], random: () => number): Element[] {
  return elements
    .map((element) => ({ element, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ element }) => element);
}
