import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { closeSums, outcomeOf } from '../../bench/rate/close';
import { checkAgreement } from '../../bench/rate/outcome';
import { ratePlan } from '../../bench/rate/plan';
import { readSums, writeSums } from '../../bench/rate/sums-file';
import { prepareYardstick, rateInSql } from '../../bench/rate/yardstick';
import { emptyDatabase, type FreshDatabase } from '../support/database';

let database: FreshDatabase;
let client: Client;
let folder: string;

beforeAll(async () => {
  database = await emptyDatabase();
  client = new Client({ connectionString: database.superuserUrl });
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'accordo-rate-'));
  // The server, which may be another user, reads the sums' file.
  await chmod(folder, 0o755);
});

afterAll(async () => {
  await client.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

describe('the kernel and PostgreSQL close a period', () => {
  it('with the same money, and the same cents for every recording', async () => {
    const plan = ratePlan(3_000);
    const file = join(folder, 'sums.tsv');
    await writeSums(file, plan.sums());
    await prepareYardstick(client, plan, file);
    const ours = outcomeOf(closeSums(plan, await readSums(file)));
    const { outcome } = await rateInSql(client);
    expect(outcome).toEqual(ours);
    // Thirty of the sums are of a recording and context that another one has, too.
    expect(ours.recordings).toBe(2_970);

    await client.query('UPDATE sums SET quantity = quantity + 1 WHERE ctid = (SELECT min(ctid) FROM sums)');
    const { outcome: changed } = await rateInSql(client);
    expect(() => checkAgreement(ours, changed)).toThrow('rated apart');
  });
});
