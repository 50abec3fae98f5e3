import fc from 'fast-check';
import { type EndState, type Move, moves, type NegotiationState, refusalOf, stateAfter } from './negotiation-moves';

const parties = ['label', 'platform'] as const;
type Party = (typeof parties)[number];

/** A negotiation as the commands keep it, without a database. */
interface Thread {
  state: NegotiationState;
  readonly revisions: { readonly by: Party; readonly expiresAt: number }[];
  readonly agreements: number[];
  endedAt: number | undefined;
  reopenedAs: number | undefined;
  readonly reopens: number | undefined;
}

interface Action {
  readonly move: Move;
  readonly by: Party;
  /** Which of the threads so far. */
  readonly thread: number;
  /** How much time passes before it. */
  readonly wait: number;
  readonly stands: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  move: fc.constantFrom(...(Object.keys(moves) as Move[])),
  by: fc.constantFrom(...parties),
  thread: fc.nat({ max: 5 }),
  wait: fc.nat({ max: 4 }),
  stands: fc.integer({ min: 1, max: 12 }),
});

class Model {
  now = 0;
  readonly threads: Thread[] = [];

  constructor(by: Party, stands: number) {
    this.begin(by, stands, undefined);
  }

  /** Does what is asked, or leaves everything as it is and says why. */
  act({ move, by, thread: place, wait, stands }: Action): string | undefined {
    this.now += wait;
    const thread = this.threads[place % this.threads.length]!;
    const latest = thread.revisions.at(-1)!;
    if (move === 'expire') return this.expire(thread);
    try {
      const expiresAt = new Date(latest.expiresAt);
      const standing = { state: thread.state, latestBy: latest.by, expiresAt, at: new Date(this.now) };
      const to = stateAfter(move, standing, by);
      if (to === null) return this.reopen(thread, by, stands);
      if (to === 'open') thread.revisions.push({ by, expiresAt: this.now + stands });
      else this.end(thread, to, this.now);
      if (to === 'accepted') thread.agreements.push(thread.revisions.length);
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  }

  private begin(by: Party, stands: number, reopens: number | undefined): void {
    const revisions = [{ by, expiresAt: this.now + stands }];
    this.threads.push({ state: 'open', revisions, agreements: [], endedAt: undefined, reopenedAs: undefined, reopens });
  }

  /** The job, which comes when it comes. */
  private expire(thread: Thread): string | undefined {
    const { expiresAt } = thread.revisions.at(-1)!;
    const refusal = refusalOf('expire', thread.state, 'system');
    if (refusal !== undefined || this.now < expiresAt) return refusal ?? 'too early';
    this.end(thread, moves.expire.to, expiresAt);
    return undefined;
  }

  private reopen(thread: Thread, by: Party, stands: number): string | undefined {
    if (thread.reopenedAs !== undefined) return 'negotiation-reopened';
    if (thread.state === 'open') this.expire(thread);
    thread.reopenedAs = this.threads.length;
    this.begin(by, stands, this.threads.indexOf(thread));
    return undefined;
  }

  private end(thread: Thread, state: EndState, at: number): void {
    thread.state = state;
    thread.endedAt = at;
  }
}

/** What may follow on a state, written out once more. */
const successors: Readonly<Record<NegotiationState, readonly NegotiationState[]>> = {
  open: ['open', 'accepted', 'refused', 'withdrawn', 'expired'],
  accepted: ['accepted'],
  refused: ['refused'],
  withdrawn: ['withdrawn'],
  expired: ['expired'],
};

/** Said half a million times, so plainly. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const copyOf = (thread: Thread): Thread => ({
  ...thread,
  revisions: [...thread.revisions],
  agreements: [...thread.agreements],
});
const withoutSequel = (thread: Thread): string => JSON.stringify({ ...thread, reopenedAs: undefined });

function checkStep(before: readonly Thread[], model: Model, refusal: string | undefined, { move, by }: Action): void {
  before.forEach((was, place) => {
    const is = model.threads[place]!;
    must(successors[was.state].includes(is.state), `${was.state} became ${is.state}`);
    if (refusal !== undefined || was.state !== 'open')
      must(withoutSequel(is) === withoutSequel(was), 'a refused move or an end changed something');
    must(was.reopenedAs === undefined || is.reopenedAs === was.reopenedAs, 'reopened twice');
    const latest = was.revisions.at(-1)!;
    if (is.revisions.length > was.revisions.length)
      must(move === 'revise' && model.now < latest.expiresAt, 'revised out of time');
    if (was.state !== 'open' || is.state === 'open') return;
    if (is.state === 'expired') must(is.endedAt === latest.expiresAt, 'expired at another time than its own');
    else must(model.now < latest.expiresAt, `${is.state} after its time`);
    if (is.state === 'accepted' || is.state === 'refused') must(by !== latest.by, `${is.state} by its proposer`);
  });
  const begun = model.threads.length - before.length;
  must(begun === (move === 'reopen' && refusal === undefined ? 1 : 0), 'a negotiation out of nothing');
}

function checkWhole({ threads }: Model): void {
  threads.forEach((thread, place) => {
    const { state, agreements, revisions, endedAt, reopenedAs, reopens } = thread;
    must(
      String(agreements) === (state === 'accepted' ? String(revisions.length) : ''),
      'not one agreement of the latest',
    );
    must((endedAt === undefined) === (state === 'open'), 'an end without a time');
    if (reopenedAs !== undefined) {
      must(['refused', 'withdrawn', 'expired'].includes(state), `reopened while ${state}`);
      must(threads[reopenedAs]!.reopens === place, 'the sequel does not know what it reopens');
    }
    must(reopens === undefined || threads[reopens]!.reopenedAs === place, 'what was reopened does not know its sequel');
  });
}

test('ten thousand random sequences of actions never reach a state that the table forbids', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...parties),
      fc.integer({ min: 1, max: 12 }),
      fc.array(action, { minLength: 1, maxLength: 15 }),
      (opener, stands, actions) => {
        const model = new Model(opener, stands);
        for (const each of actions) {
          const before = model.threads.map(copyOf);
          const refusal = model.act(each);
          checkStep(before, model, refusal, each);
          reached.add(refusal ?? each.move);
        }
        checkWhole(model);
        for (const { state } of model.threads) reached.add(state);
      },
    ),
    { numRuns: 10_000, seed: 20260105 },
  );
  // The sequences went everywhere: into every state, by every move, and against every refusal.
  const refusals = ['negotiation-closed', 'negotiation-expired', 'own-revision', 'negotiation-not-reopenable'];
  expect([...reached]).toEqual(
    expect.arrayContaining([...Object.keys(successors), ...Object.keys(moves), ...refusals, 'negotiation-reopened']),
  );
});
