import { draftAfter, type DraftMove, type DraftState } from './draft-moves';

const outcome = (move: DraftMove, state: DraftState): string => {
  try {
    return draftAfter(move, state);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a draft', () => {
  it.each([
    ['open', 'save', 'open'],
    ['open', 'send', 'sent'],
    ['open', 'discard', 'discarded'],
    ['sent', 'save', 'draft-ended'],
    ['sent', 'send', 'draft-ended'],
    ['sent', 'discard', 'draft-ended'],
    ['discarded', 'save', 'draft-ended'],
    ['discarded', 'send', 'draft-ended'],
    ['discarded', 'discard', 'draft-ended'],
  ] as const)('that is %s: %s makes it %s', (state, move, expected) => {
    expect(outcome(move, state)).toBe(expected);
  });
});
