import { rmSync } from 'node:fs';
import { checkReport, type NamedCells, profiles } from '../../src/ddex';
import { calendarDateOf } from '../../src/kernel';
import { DomainError } from '../../src/platform/errors/domain-error';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { matchPlanOf } from '../../src/usage/engine/match-plan';
import { type DsrReading, readDsrReport } from '../../src/usage/engine/read-dsr';
import { readOpening } from '../../src/usage/read-opening';
import { mutate } from '../faults/dsr-mutations';
import { anyReport, type GivenRecord, textOf } from '../support/dsr-reports';
import { folderInMemory } from '../support/folder-in-memory';

const received = profiles.filter(({ id }) => id !== 'UGCProfileSRB');
const plan = matchPlanOf({ serviceId: 'one', from: calendarDateOf('2026-01-01'), days: 31, grants: [], catalogue: [] });
let folder = '';
beforeAll(() => {
  folder = folderInMemory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 700) yield Buffer.from(bytes.subarray(at, at + 700));
}

/** Random reports also name places that nothing is licensed for. */
const inRussia = ({ code, cells }: GivenRecord): GivenRecord => ({
  code,
  cells: 'Territory' in cells ? { ...cells, Territory: 'RU' } : cells,
});

const countIn = (cells: NamedCells): bigint => {
  const told = cells['TotalUsages'] ?? cells['NumberOfStreams'] ?? cells['Downloads'] ?? cells['Usages'] ?? '0';
  return BigInt(String(told).split('.')[0]!);
};

const usage = /^S[UR]0/;
const isUse = ({ code }: GivenRecord): boolean => usage.test(code);

/** Undefined where the file is refused before it is read. */
async function readIfReceived(bytes: Buffer): Promise<DsrReading | undefined> {
  try {
    await readOpening(chunks(bytes));
  } catch (error) {
    if (error instanceof DomainError && error.status === 422) return undefined;
    throw error;
  }
  return readDsrReport({ sources: () => [chunks(bytes)], plan, folder, threads: 0 });
}

describe.each(received)('reports of $id', (profile) => {
  const reports = Array.from({ length: 10 }, (_, seed) => {
    const random = seededRandom(seed + 1);
    const records = anyReport(random, profile).map(inRussia);
    return { seed, random, records, bytes: Buffer.from(textOf(records).text) };
  });

  it('come to all uses that their records tell, each line once', async () => {
    for (const { seed, records, bytes } of reports) {
      const reading = (await readIfReceived(bytes))!;
      const uses = records.filter(isUse);
      const units = [...reading.units.values()].reduce((sum, count) => sum + count, 0n);
      expect({ seed, fatal: reading.fatal, lines: reading.rejected, held: reading.held.rows, units }).toEqual({
        ...{ seed, fatal: [], lines: uses.length, held: uses.length },
        units: uses.reduce((sum, { cells }) => sum + countIn(cells), 0n),
      });
      expect(reading.faulty).toBe(0);
      await reading.remove();
    }
  });

  it('are read whatever is wrong with them, and lose the lines that a check rejects', async () => {
    let read = 0;
    for (const { seed, random, bytes } of reports) {
      for (let time = 0; time < 4; time += 1) {
        const damaged = mutate(bytes, random);
        const reading = await readIfReceived(damaged.bytes);
        if (reading === undefined) continue;
        read += 1;
        const { summary, faults } = await checkReport(chunks(damaged.bytes), '');
        // A check counts the records of the profile; of others, and of versions that nobody knows, a use is lost as well.
        const lost = faults.first.filter(({ severity, record }) => severity === 'error' && usage.test(record));
        const { what } = damaged;
        const { faulty } = reading;
        expect({ seed, what, faulty, held: reading.held.rows }).toEqual({
          ...{ seed, what, faulty: new Set(lost.map(({ line }) => line)).size, held: summary!.accepted },
        });
        expect(faulty).toBeGreaterThanOrEqual(summary!.rejected);
        await reading.remove();
      }
    }
    expect(read).toBeGreaterThan(8);
  });
});
