import {
  moves,
  type Mover,
  movers,
  type NegotiationState,
  negotiationStates,
} from '../../src/offers/negotiation-moves';
import type { Actor } from '../../src/platform/auth/actor';
import { type BenchPlatform, DealBench } from '../support/deals';

/** The table of moves again, against the database alone: statements that no code of ours would send. */
let bench: DealBench;
let label: Actor;
let platform: BenchPlatform;
/** Proposed by the label; stands until 5 April. */
let id: string;
let agreementId: string;
const isrc = 'ZZX012600001';

beforeAll(async () => {
  bench = await DealBench.start();
  label = await bench.label([isrc]);
  platform = await bench.platform();
  ({ id } = await bench.open(label, platform, { isrcs: [isrc] }));
  const other = await bench.open(label, platform, { isrcs: [isrc] });
  ({ agreementId } = (await bench.accept(platform.actor, other.id)) as { agreementId: string });
});
afterAll(() => bench.close());
beforeEach(() => bench.superuser.query('BEGIN'));
afterEach(() => bench.superuser.query('ROLLBACK'));

const organizationOf: Readonly<Record<Mover, () => string>> = {
  proposer: () => label.organizationId,
  receiver: () => platform.actor.organizationId,
  system: () => '',
};

/** Lets a statement run for somebody: not even a superuser passes a trigger. */
async function as(mover: Mover, sql: string, parameters: readonly unknown[]): Promise<string> {
  await bench.superuser.query(
    `SELECT set_config('accordo.role', $1, true), set_config('accordo.organization', $2, true)`,
    [mover === 'system' ? 'system' : 'member', organizationOf[mover]()],
  );
  await bench.superuser.query('SAVEPOINT before');
  try {
    const { rowCount } = await bench.superuser.query(sql, [...parameters]);
    return rowCount === 1 ? 'done' : 'nothing';
  } catch (error) {
    await bench.superuser.query('ROLLBACK TO before');
    return (error as { constraint?: string }).constraint ?? String(error);
  }
}

const during = '2026-02-01T00:00:00Z';
const after = '2026-04-05T09:00:00Z';

/** Puts the negotiation into a state, whole. */
const put = (mover: Mover, state: NegotiationState, at = state === 'expired' ? after : during): Promise<string> =>
  as(
    mover,
    `UPDATE negotiations SET state = $2, closed_at = $3, accepted_revision = $4, agreement_id = $5 WHERE id = $1`,
    [id, state, state === 'open' ? null : at, ...(state === 'accepted' ? [1, agreementId] : [null, null])],
  );

/** Who may by the table; what the end of a revision has to do with it is looked at by itself. */
const tableHas = (from: NegotiationState, to: NegotiationState, mover: Mover): boolean =>
  Object.values(moves).some(
    (rule: { from: readonly string[]; to: string | null; by: readonly string[] }) =>
      rule.from.includes(from) && rule.to === to && rule.by.includes(mover),
  );

const inOrder = {
  open: undefined,
  accepted: 'receiver',
  refused: 'receiver',
  withdrawn: 'proposer',
  expired: 'system',
} as const;

describe('a negotiation in the database', () => {
  const pairs = negotiationStates.flatMap((from) => negotiationStates.map((to) => [from, to] as const));

  it.each(pairs)('goes from %s to %s as the table says, whoever writes it', async (from, to) => {
    const first = inOrder[from];
    if (first !== undefined) expect(await put(first, from)).toBe('done');
    for (const mover of movers) {
      await bench.superuser.query('SAVEPOINT one');
      // An open one that stays open is not moved; its revisions are looked at below.
      const allowed = tableHas(from, to, mover) || (from === 'open' && to === 'open');
      expect([mover, await put(mover, to)]).toEqual([mover, allowed ? 'done' : 'negotiations_moves']);
      await bench.superuser.query('ROLLBACK TO one');
    }
  });

  it('does not end before its time as expired, and in no other way after it', async () => {
    expect(await put('system', 'expired', '2026-04-05T08:59:59Z')).toBe('negotiations_moves');
    for (const state of ['accepted', 'refused', 'withdrawn'] as const)
      expect(await put('receiver', state, after)).toBe('negotiations_moves');
  });

  it.each([
    ['its parties', `UPDATE negotiations SET label_id = platform_id WHERE id = $1`],
    ['who opened it', `UPDATE negotiations SET opened_by = platform_id WHERE id = $1`],
    ['what it reopens', `UPDATE negotiations SET reopens = id WHERE id = $1`],
    ['the latest revision by a leap', `UPDATE negotiations SET latest_revision = 3 WHERE id = $1`],
    ['the latest revision to none that there is', `UPDATE negotiations SET latest_revision = 2 WHERE id = $1`],
  ])('never changes %s', async (_, sql) => {
    expect(await as('proposer', sql, [id])).toBe('negotiations_moves');
  });

  it('is not accepted at another revision than the latest', async () => {
    const sql = `UPDATE negotiations SET state = 'accepted', closed_at = $2, accepted_revision = 2, agreement_id = $3 WHERE id = $1`;
    expect(await as('receiver', sql, [id, during, agreementId])).toBe('negotiations_moves');
  });

  const insertion = `INSERT INTO negotiations (label_id, platform_id, state, latest_revision, opened_by, opened_at, closed_at, reopens)
    SELECT label_id, platform_id, $2, $3, opened_by, opened_at, $4::timestamptz, $5::uuid FROM negotiations WHERE id = $1`;

  it('begins open, with revision 1', async () => {
    expect(await as('proposer', insertion, [id, 'open', 1, null, null])).toBe('done');
    expect(await as('proposer', insertion, [id, 'open', 2, null, null])).toBe('negotiations_moves');
    expect(await as('proposer', insertion, [id, 'refused', 1, during, null])).toBe('negotiations_moves');
  });

  it.each(negotiationStates)('reopens one that is %s as the table says, and once', async (state) => {
    const first = inOrder[state];
    if (first !== undefined) await put(first, state);
    const allowed = (moves.reopen.from as readonly string[]).includes(state);
    const reopening = [id, 'open', 1, null, id];
    expect(await as('receiver', insertion, reopening)).toBe(allowed ? 'done' : 'negotiations_moves');
    if (allowed) expect(await as('receiver', insertion, reopening)).toBe('negotiations_reopened_once');
  });

  const revision = `INSERT INTO revisions (negotiation_id, number, label_id, platform_id, proposed_by, terms, terms_hash, proposed_at, expires_at)
    SELECT negotiation_id, $2, label_id, platform_id, platform_id, terms, terms_hash, proposed_at, $3::timestamptz FROM revisions WHERE negotiation_id = $1 AND number = 1`;

  it('takes the next revision while it is open, and none afterwards', async () => {
    expect(await as('receiver', revision, [id, 3, after])).toBe('revisions_continue');
    expect(await as('receiver', revision, [id, 2, after])).toBe('done');
    const next = `UPDATE negotiations SET latest_revision = 2 WHERE id = $1`;
    expect(await as('proposer', next, [id])).toBe('negotiations_moves');
    expect(await as('receiver', next, [id])).toBe('done');
    expect(await put('receiver', 'withdrawn')).toBe('done');
    expect(await as('receiver', revision, [id, 3, after])).toBe('revisions_continue');
  });

  it('takes no revision that stands for ever, or not at all', async () => {
    expect(await as('receiver', revision, [id, 2, null])).toBe('revisions_expire');
    expect(await as('receiver', revision, [id, 2, '2026-01-05T09:00:00Z'])).toBe('revisions_expire');
  });
});
