import {
  type Move,
  type Mover,
  movers,
  moves,
  type NegotiationState,
  negotiationStates,
  refusalOf,
  stateAfter,
  stateByClock,
} from './negotiation-moves';

const label = 'label';
const platform = 'platform';
const noon = new Date('2026-01-05T12:00:00Z');
const open = { state: 'open', latestBy: label, expiresAt: null, at: noon } as const;
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

/** Everything that is possible, written out; what is not here is refused. */
const possible: Readonly<Record<string, NegotiationState | 'stays'>> = {
  'open revise proposer': 'open',
  'open revise receiver': 'open',
  'open accept receiver': 'accepted',
  'open refuse receiver': 'refused',
  'open withdraw proposer': 'withdrawn',
  'open withdraw receiver': 'withdrawn',
  'open expire system': 'expired',
  'refused reopen proposer': 'stays',
  'refused reopen receiver': 'stays',
  'withdrawn reopen proposer': 'stays',
  'withdrawn reopen receiver': 'stays',
  'expired reopen proposer': 'stays',
  'expired reopen receiver': 'stays',
};

/** Why the others are refused, state by state and then by who tries. */
function whyNot(state: NegotiationState, move: Move, by: Mover): string {
  if (move === 'reopen' && (state === 'open' || state === 'accepted')) return 'negotiation-not-reopenable';
  if (move !== 'reopen' && state !== 'open') return state === 'expired' ? 'negotiation-expired' : 'negotiation-closed';
  return by === 'proposer' && (move === 'accept' || move === 'refuse') ? 'own-revision' : 'forbidden';
}

const all = negotiationStates.flatMap((state) =>
  (Object.keys(moves) as Move[]).flatMap((move) => movers.map((by) => [state, move, by] as const)),
);

describe('the table of moves', () => {
  it('has five states, six moves and three who move', () => {
    expect(all).toHaveLength(5 * 6 * 3);
    expect(all.map((each) => each.join(' '))).toEqual(expect.arrayContaining(Object.keys(possible)));
  });

  it.each(all)('%s, %s by the %s', (state, move, by) => {
    const to = possible[`${state} ${move} ${by}`];
    expect(refusalOf(move, state, by)).toBe(to === undefined ? whyNot(state, move, by) : undefined);
    if (to !== undefined) expect(moves[move].to).toBe(to === 'stays' ? null : to);
  });

  it('leaves no end but by a new negotiation', () => {
    const left = Object.keys(possible).filter((each) => !each.startsWith('open '));
    expect(left.map((each) => each.split(' ')[1])).toEqual(Array.from({ length: 6 }, () => 'reopen'));
  });
});

describe('an organization’s move', () => {
  it.each([
    ['accept', 'accepted'],
    ['refuse', 'refused'],
    ['withdraw', 'withdrawn'],
    ['revise', 'open'],
  ] as const)('of the receiver of the latest revision: %s', (move, state) => {
    expect(stateAfter(move, open, platform)).toBe(state);
  });

  it('neither accepts nor refuses its own revision', () => {
    expect(stateAfter('withdraw', open, label)).toBe('withdrawn');
    expect(codeOf(() => stateAfter('accept', open, label))).toBe('own-revision');
    expect(codeOf(() => stateAfter('refuse', open, label))).toBe('own-revision');
  });

  it('comes too late from the very moment at which the revision ends, whatever is stored', () => {
    const before = { ...open, expiresAt: new Date(noon.getTime() + 1) };
    const after = { ...open, expiresAt: noon };
    expect(stateByClock(before)).toBe('open');
    expect(stateByClock(after)).toBe('expired');
    for (const party of [label, platform]) {
      for (const move of ['revise', 'accept', 'refuse', 'withdraw'] as const)
        expect(codeOf(() => stateAfter(move, after, party))).toBe('negotiation-expired');
      expect(codeOf(() => stateAfter('reopen', before, party))).toBe('negotiation-not-reopenable');
      expect(stateAfter('reopen', after, party)).toBeNull();
    }
  });

  it('finds a stored end as it is, however long ago its revision ended', () => {
    for (const state of ['accepted', 'refused', 'withdrawn'] as const)
      expect(stateByClock({ state, expiresAt: new Date(0), at: noon })).toBe(state);
  });
});
