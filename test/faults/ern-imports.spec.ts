import { freshDatabase, type FreshDatabase } from '../support/database';
import { importDamaged, type Planted } from './ern-imports';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database?.drop());

const say = (): void => undefined;

describe('damaged release notifications that are brought in', () => {
  it('are in as another parser reads them, or refused with code and place, and leave the catalogue as it was', async () => {
    const { outcomes, ...result } = await importDamaged({ points: 60, seed: 20260101, say }, database);
    expect(result).toEqual({ points: 60, failures: [], ok: true });
    // Neither is everything refused, nor nothing.
    for (const outcome of ['applied', 'refused', 'test'] as const) expect(outcomes[outcome]).toBeGreaterThan(2);
  });

  it.each<[string, Planted, RegExp]>([
    [
      'a recording that a refused message leaves behind',
      async (bench, { organizationId }, { counts }) => {
        if (counts?.messages.refused !== 1) return;
        await bench.change(
          `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at) VALUES ($1, 'ZZT012699999', 'Left', '{}', now()) ON CONFLICT DO NOTHING`,
          [organizationId],
        );
      },
      /^it was refused, and the catalogue has changed$/,
    ],
    [
      'a title that no message tells',
      (bench, _, { id }) => bench.change(`UPDATE recordings SET title = 'Another' WHERE import_id = $1`, [id]),
      /is not called "Another"$/,
    ],
  ])('are judged: %s is found', async (_, planted, complaint) => {
    const { ok, failures } = await importDamaged({ points: 12, seed: 1, say }, database, planted);
    expect(ok).toBe(false);
    for (const found of failures) expect(found.complaint).toMatch(complaint);
  });
});
