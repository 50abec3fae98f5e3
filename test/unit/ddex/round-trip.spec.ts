import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type DsrRecord, type Fault, profiles, readDsr } from '../../../src/ddex';
import { recordLine } from '../../../src/ddex/dsr/record-text';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { anyReport, textOf } from '../../support/dsr-reports';
import { sharedFile } from '../../support/shared-files';

async function readBack(text: Buffer | string): Promise<{ records: DsrRecord[]; faults: Fault[] }> {
  const records: DsrRecord[] = [];
  const faults: Fault[] = [];
  async function* bytes() {
    yield Buffer.from(text);
  }
  await readDsr(bytes(), { record: (record) => records.push(record), fault: (fault) => faults.push(fault) });
  return { records, faults };
}

const isFooter = ({ code }: DsrRecord): boolean => code === 'FOOT' || code === 'SRFO';

describe('what is written', () => {
  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    'of %s is read without a fault, cell by cell, and written again as the same bytes',
    async (_id, profile) => {
      for (let seed = 1; seed <= 150; seed += 1) {
        const report = anyReport(seededRandom(seed), profile);
        const { text, faults } = textOf(report);
        expect({ seed, faults }).toEqual({ seed, faults: [] });
        const back = await readBack(text);
        expect(back.faults).toEqual([]);
        const records = back.records.filter((record) => !isFooter(record));
        expect(records.map(({ code, cells }) => ({ code, cells }))).toEqual(report);
        expect(textOf(records).text).toBe(text);
      }
    },
  );
});

const folder = 'data/dsr';
const files = existsSync(sharedFile(folder)) ? readdirSync(sharedFile(folder)) : [];

(files.length > 0 ? describe : describe.skip)('real files', () => {
  it.each(files.length > 0 ? files : ['none'])(
    '%s: every record writes the cells that it was read from',
    async (file) => {
      const bytes = readFileSync(sharedFile(`${folder}/${file}`));
      const lines = bytes.toString('utf8').split('\n');
      const { records } = await readBack(bytes);
      expect(records.length).toBeGreaterThan(2);
      for (const { code, lineNumber, cells } of records) {
        // Trailing cells may be left out, and a pipe may be escaped by one backslash less.
        const written = lines[lineNumber - 1]!.replaceAll('\\|', '\\\\|').replace(/\t+$/, '');
        expect(recordLine(code, cells).replace(/\t*\n$/, '')).toBe(written);
      }
    },
  );
});
