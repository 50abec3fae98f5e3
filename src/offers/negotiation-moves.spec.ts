import { type Move, moves, type NegotiationState, stateAfter } from './negotiation-moves';

const label = 'label';
const platform = 'platform';
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('how a negotiation ends', () => {
  it.each([
    ['accept', 'accepted'],
    ['refuse', 'refused'],
    ['withdraw', 'withdrawn'],
  ] as const)('the receiver of the latest revision may %s it', (move, state) => {
    expect(stateAfter(move, { state: 'open', latestBy: label }, platform)).toBe(state);
  });

  it('a party can withdraw its own revision, but neither accept nor refuse it', () => {
    const own = { state: 'open', latestBy: label } as const;
    expect(stateAfter('withdraw', own, label)).toBe('withdrawn');
    expect(codeOf(() => stateAfter('accept', own, label))).toBe('own-revision');
    expect(codeOf(() => stateAfter('refuse', own, label))).toBe('own-revision');
  });

  it('no end is left again, by anyone', () => {
    const ends: NegotiationState[] = ['accepted', 'refused', 'withdrawn'];
    for (const state of ends) {
      for (const move of Object.keys(moves) as Move[]) {
        for (const party of [label, platform]) {
          expect(codeOf(() => stateAfter(move, { state, latestBy: label }, party))).toBe('negotiation-closed');
        }
      }
    }
  });
});
