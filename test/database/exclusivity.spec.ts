import * as fc from 'fast-check';
import { Client } from 'pg';
import type { Actor } from '../../src/platform/auth/actor';
import { type BenchPlatform, DealBench } from '../support/deals';

const isrcOf = (number: number): string => `ZZX0126${String(number).padStart(5, '0')}`;
const isrcs = Array.from({ length: 4 }, (_, at) => isrcOf(at + 1));

let bench: DealBench;
let label: Actor;
let platform: BenchPlatform;
let rival: BenchPlatform;

beforeAll(async () => {
  bench = await DealBench.start();
  label = await bench.label([...isrcs, ...Array.from({ length: 40 }, (_, at) => isrcOf(1000 + at))]);
  platform = await bench.platform();
  rival = await bench.platform();
});
afterAll(() => bench.close());

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: { code?: string }) => String(error.code),
  );

async function count(sql: string, parameters: readonly unknown[]): Promise<number> {
  return (await bench.superuser.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`, [...parameters]))
    .rows[0]!.count;
}

describe('an exclusive agreement', () => {
  const [first, second, third, fourth] = isrcs as [string, string, string, string];
  const place = { include: ['RU', 'KZ'] };
  const year = { from: '2030-01-01', until: '2031-01-01' };

  beforeAll(() =>
    bench.concluded(label, platform, { isrcs: [first, second], territories: place, ...year, exclusive: true }),
  );

  it.each([
    ['another exclusive one', { isrcs: [second, third], territories: place, ...year, exclusive: true }],
    ['one that is not exclusive', { isrcs: [second, third], territories: place, ...year, exclusive: false }],
    [
      'one that shares a single territory',
      { isrcs: [first], territories: { include: ['KZ', 'US'] }, ...year, exclusive: false },
    ],
    ['a worldwide one', { isrcs: [first], territories: { worldwideExcept: ['US'] }, ...year, exclusive: false }],
    [
      'one that shares a single day',
      { isrcs: [first], territories: place, from: '2030-12-31', until: '2032-01-01', exclusive: true },
    ],
  ])('keeps out %s, whole: no signature, no grant, no conclusion', async (_, parts) => {
    const agreementId = await bench.nearlyConcluded(label, rival, parts);
    expect(await codeOf(bench.sign(label, agreementId))).toBe('exclusive-grant-overlaps');
    expect(await count('agreement_grants WHERE agreement_id = $1', [agreementId])).toBe(0);
    expect(await count('signatures WHERE agreement_id = $1', [agreementId])).toBe(1);
    expect(await count(`agreements WHERE id = $1 AND state = 'awaiting-signatures'`, [agreementId])).toBe(1);
  });

  it.each([
    ['other recordings', { isrcs: [third, fourth], territories: place, ...year, exclusive: true }],
    ['other territories', { isrcs: [first], territories: { worldwideExcept: ['RU', 'KZ'] }, ...year, exclusive: true }],
    [
      'the days before it',
      { isrcs: [first], territories: place, from: '2029-01-01', until: '2030-01-01', exclusive: true },
    ],
    [
      'the days after it',
      { isrcs: [first], territories: place, from: '2031-01-01', until: '2032-01-01', exclusive: true },
    ],
  ])('lets %s pass', async (_, parts) => {
    const agreementId = await bench.concluded(label, rival, parts);
    expect(await count('agreement_grants WHERE agreement_id = $1', [agreementId])).toBe(2 * parts.isrcs.length);
  });

  it('binds its own label: another that states the same recording is not shut out by it', async () => {
    const stranger = await bench.label([first]);
    const parts = { isrcs: [first], territories: place, ...year, exclusive: true };
    const agreementId = await bench.concluded(stranger, rival, parts);
    expect(await count('agreement_grants WHERE agreement_id = $1', [agreementId])).toBe(2);
  });

  it('is refused itself where a licence that is not exclusive already stands', async () => {
    const parts = { isrcs: [first], territories: { include: ['FR'] }, from: '2040-01-01', until: '2041-01-01' };
    await bench.concluded(label, platform, parts);
    const late = await bench.nearlyConcluded(label, rival, { ...parts, exclusive: true });
    expect(await codeOf(bench.sign(label, late))).toBe('exclusive-grant-overlaps');
  });

  it('is one of thirty-two that overlap, signed by as many clients at the same moment', async () => {
    const own = await bench.label([isrcOf(1)]);
    const clients = Array.from({ length: 32 }, (_, place) => place);
    const agreements: string[] = [];
    for (const place of clients) {
      const territories = { include: ['RU', ['BY', 'KZ', 'AM'][place % 3]!] };
      agreements.push(await bench.nearlyConcluded(own, platform, { isrcs: [isrcOf(1)], exclusive: true, territories }));
    }
    const outcomes = await Promise.all(agreements.map((id) => codeOf(bench.sign(own, id))));
    expect(outcomes.sort()).toEqual(['done', ...clients.slice(1).map(() => 'exclusive-grant-overlaps')]);
    expect(await count(`agreements WHERE id = ANY ($1) AND concluded_at IS NOT NULL`, [agreements])).toBe(1);
    expect(await count('agreement_grants WHERE agreement_id = ANY ($1)', [agreements])).toBe(2);
  });

  it('wins or loses as one when two are concluded at the same moment', async () => {
    const parts = { isrcs: [third], territories: { include: ['JP'] }, ...year, exclusive: true };
    const agreements = [
      await bench.nearlyConcluded(label, platform, parts),
      await bench.nearlyConcluded(label, rival, parts),
    ];
    const outcomes = await Promise.all(agreements.map((id) => codeOf(bench.sign(label, id))));
    expect(outcomes.sort()).toEqual(['done', 'exclusive-grant-overlaps']);
    expect(await count(`agreements WHERE id = ANY ($1) AND concluded_at IS NOT NULL`, [agreements])).toBe(1);
  });
});

it('agreements that are not exclusive license the same recordings side by side', async () => {
  const parts = { isrcs: [isrcs[0]!], territories: { include: ['BR'] } };
  for (const licensee of [platform, rival, platform]) {
    const id = await bench.concluded(label, licensee, parts);
    expect(await count('agreement_grants WHERE agreement_id = $1', [id])).toBe(2);
  }
});

it('refuses exactly those grants that overlap an exclusive one, in any random history', async () => {
  const grant = fc.record({
    territories: fc.uniqueArray(fc.constantFrom(1, 2, 3, 4), { minLength: 1, maxLength: 2 }),
    uses: fc.uniqueArray(fc.constantFrom(11, 12, 13), { minLength: 1, maxLength: 2 }),
    from: fc.integer({ min: 1, max: 20 }),
    days: fc.integer({ min: 1, max: 8 }),
    exclusive: fc.boolean(),
  });
  const parties = [label.organizationId, platform.actor.organizationId];
  const day = (number: number): string => `2050-01-${String(number).padStart(2, '0')}`;
  const meet = (a: readonly number[], b: readonly number[]): boolean => a.some((value) => b.includes(value));
  await fc.assert(
    fc.asyncProperty(fc.array(grant, { maxLength: 12 }), async (grants) => {
      await bench.superuser.query('BEGIN');
      const standing: typeof grants = [];
      for (const next of grants) {
        const overlaps = standing.some(
          (other) =>
            (next.exclusive || other.exclusive) &&
            meet(next.territories, other.territories) &&
            meet(next.uses, other.uses) &&
            next.from < other.from + other.days &&
            other.from < next.from + next.days,
        );
        await bench.superuser.query('SAVEPOINT before');
        const outcome = await codeOf(
          bench.superuser.query(
            `WITH agreement AS (
               INSERT INTO agreements (label_id, platform_id, currency, time_zone, in_force, state, made_at)
               VALUES ($1, $2, 'USD', 'UTC', daterange($3, $4), 'awaiting-signatures', now()) RETURNING id, ordinal),
             version AS (
               INSERT INTO agreement_versions (agreement_id, number, label_id, platform_id, terms, terms_hash, signed_hash, effective_from, state, made_at)
               SELECT id, 1, $1, $2, '{}', 'x', 'x', $3, 'awaiting-signatures', now() FROM agreement)
             INSERT INTO agreement_grants (agreement_id, version, clause, isrc, label_id, platform_id, services, territories, uses, in_force, exclusive, passing)
             SELECT id, 1, 'c', 'ZZX015000001', $1, $2, '{}', $5, $6, daterange($3, $4), $7,
                    CASE WHEN $7 THEN int8range(NULL, NULL) ELSE int8range(ordinal, ordinal + 1) END FROM agreement`,
            [...parties, day(next.from), day(next.from + next.days), next.territories, next.uses, next.exclusive],
          ),
        );
        expect(outcome).toBe(overlaps ? '23P01' : 'done');
        if (overlaps) await bench.superuser.query('ROLLBACK TO before');
        else standing.push(next);
      }
      await bench.superuser.query('ROLLBACK');
    }),
    { numRuns: 60, seed: 20260105 },
  );
});

describe('sixteen at once', () => {
  it('acceptances of one revision make exactly one agreement', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1000)] });
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => codeOf(bench.accept(platform.actor, id))));
    expect(outcomes.sort()).toEqual(['done', ...Array.from({ length: 15 }, () => 'negotiation-closed')]);
    expect(await count('agreements WHERE negotiation_id = $1', [id])).toBe(1);
  });

  it('second signatures conclude exactly once, and what hangs on it happens once', async () => {
    const concluded: string[] = [];
    bench.onConcluded.register('count', (_tx, { id }) => Promise.resolve(void concluded.push(id)));
    const id = await bench.nearlyConcluded(label, platform, { isrcs: [isrcOf(1001), isrcOf(1002)] });
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => codeOf(bench.sign(label, id))));
    expect(outcomes.sort()).toEqual([...Array.from({ length: 15 }, () => 'agreement-not-open-for-signature'), 'done']);
    expect(concluded).toEqual([id]);
    expect(await count('agreement_grants WHERE agreement_id = $1', [id])).toBe(4);
    expect(await count('signatures WHERE agreement_id = $1', [id])).toBe(2);
  });

  it('first signatures of one party leave one', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1003)] });
    const { agreementId } = await bench.accept(platform.actor, id);
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => codeOf(bench.sign(label, agreementId!))));
    expect(outcomes.sort()).toEqual([...Array.from({ length: 15 }, () => 'already-signed'), 'done']);
  });

  it('both parties signing at the same moment conclude', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1004)] });
    const { agreementId } = await bench.accept(platform.actor, id);
    const outcomes = await Promise.all([label, platform.actor].map((actor) => codeOf(bench.sign(actor, agreementId!))));
    expect(outcomes).toEqual(['done', 'done']);
    expect(await count(`agreements WHERE id = $1 AND concluded_at IS NOT NULL`, [agreementId])).toBe(1);
  });
});

describe('what is signed', () => {
  let agreementId: string;
  beforeAll(async () => {
    agreementId = await bench.concluded(label, platform, { isrcs: [isrcOf(1010)] });
  });

  const attempts = [
    ['terms', `UPDATE agreement_versions SET terms = '{}' WHERE agreement_id = $1`],
    ['terms hash', `UPDATE agreement_versions SET terms_hash = repeat('0', 64) WHERE agreement_id = $1`],
    ['manifest', `UPDATE agreement_versions SET manifest = '{}' WHERE agreement_id = $1`],
    ['version', `DELETE FROM agreement_versions WHERE agreement_id = $1`],
    ['version of the agreement', `UPDATE agreements SET version = 2 WHERE id = $1`],
    ['fact', `UPDATE agreement_facts SET fact = '{}' WHERE agreement_id = $1`],
    ['facts', `DELETE FROM agreement_facts WHERE agreement_id = $1`],
    ['grant', `UPDATE agreement_grants SET exclusive = true WHERE agreement_id = $1`],
    ['state', `UPDATE agreements SET state = 'withdrawn', concluded_at = NULL WHERE id = $1`],
    ['agreement', `DELETE FROM agreements WHERE id = $1`],
    ['agreements, all', `TRUNCATE agreements CASCADE`],
    ['signature', `UPDATE signatures SET intent = 'something else' WHERE agreement_id = $1`],
    ['seal', `UPDATE signatures SET seal = '' WHERE agreement_id = $1`],
    ['signatures', `DELETE FROM signatures WHERE agreement_id = $1`],
    ['signatures, all', `TRUNCATE signatures`],
    [
      'revision',
      `UPDATE revisions SET terms = '{}' WHERE negotiation_id = (SELECT negotiation_id FROM agreements WHERE id = $1)`,
    ],
    ['revisions', `DELETE FROM revisions WHERE negotiation_id = (SELECT negotiation_id FROM agreements WHERE id = $1)`],
    ['revisions, all', `TRUNCATE revisions CASCADE`],
  ] as const;

  describe.each([
    ['the application role', () => bench.urls.applicationUrl],
    ['the owner of the tables', () => bench.urls.ownerUrl],
  ])('is kept from %s, even under the system’s policies', (_, urlOf) => {
    it.each(attempts)('%s', async (_name, sql) => {
      const client = new Client({ connectionString: urlOf() });
      await client.connect();
      try {
        await client.query(`BEGIN; SET LOCAL accordo.role = 'system'`);
        const parameters = sql.includes('$1') ? [agreementId] : [];
        // 42501: no such right. 23000: the trigger refused.
        expect(await codeOf(client.query(sql, parameters))).toMatch(/^(42501|23000)$/);
      } finally {
        await client.end();
      }
    });
  });

  it('is signed by each party for itself only', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1011)] });
    const { agreementId: open } = await bench.accept(platform.actor, id);
    const forge = bench.database.withTenant(label, (tx) =>
      tx.run(
        `INSERT INTO signatures (agreement_id, version, organization_id, label_id, platform_id, member_id, signed_hash, intent, address, signed_at, seal)
         SELECT agreement_id, 1, platform_id, label_id, platform_id, gen_random_uuid(), signed_hash, 'forged intent', '', now(), ''
           FROM agreement_versions WHERE agreement_id = $1`,
        [open],
      ),
    );
    expect(await codeOf(forge)).toBe('42501');
  });

  it('has one hash: a signature under other terms finds no agreement', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1012)] });
    const { agreementId: open } = await bench.accept(platform.actor, id);
    const other = bench.database.withTenant(label, (tx) =>
      tx.run(
        `INSERT INTO signatures (agreement_id, version, organization_id, label_id, platform_id, member_id, signed_hash, intent, address, signed_at, seal)
         SELECT id, 1, label_id, label_id, platform_id, gen_random_uuid(), repeat('0', 64), 'other terms', '', now(), '' FROM agreements WHERE id = $1`,
        [open],
      ),
    );
    expect(await codeOf(other)).toBe('23503');
  });

  it('is not concluded before both have signed', async () => {
    const { id } = await bench.open(label, platform, { isrcs: [isrcOf(1013)] });
    const { agreementId: open } = await bench.accept(platform.actor, id);
    await bench.sign(label, open!);
    const early = bench.database.withTenant(label, (tx) =>
      tx.run(`UPDATE agreements SET state = 'concluded', concluded_at = now() WHERE id = $1`, [open]),
    );
    expect(await codeOf(early)).toBe('23000');
  });
});
