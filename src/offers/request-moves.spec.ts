import { type RequestMove, requestMoves, type RequestState, requestStateAfter, requestStates } from './request-moves';

const outcome = (move: RequestMove, state: RequestState, by: 'label' | 'platform' | 'operator'): string => {
  try {
    return requestStateAfter(move, state, by);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** What becomes of an open request, by move: the label's, the platform's, the operator's. */
const table: Readonly<Record<RequestMove, readonly [string, string, string]>> = {
  answer: ['answered', 'forbidden', 'forbidden'],
  decline: ['declined', 'forbidden', 'forbidden'],
  withdraw: ['forbidden', 'withdrawn', 'forbidden'],
};

describe('a licence request', () => {
  it('has a row here for every move', () => {
    expect(Object.keys(table)).toEqual(Object.keys(requestMoves));
  });

  const parties = ['label', 'platform', 'operator'] as const;
  const cases = (Object.keys(table) as RequestMove[]).flatMap((move) =>
    requestStates.flatMap((state) =>
      parties.map((by, place) => {
        const whenOpen = table[move][place]!;
        return [by, move, state, state === 'open' || whenOpen === 'forbidden' ? whenOpen : 'request-closed'] as const;
      }),
    ),
  );
  it.each(cases)('the %s: %s while %s → %s', (by, move, state, expected) => {
    expect(outcome(move, state, by)).toBe(expected);
  });
});
