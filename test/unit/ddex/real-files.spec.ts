import { existsSync, readFileSync } from 'node:fs';
import { type DsrSummary, type Fault, type FaultCode, readDsr } from '../../../src/ddex';
import { sharedFile } from '../../support/shared-files';

const folder = 'data/dsr';
const publisher = 'DSR_PADPIDA2014999999Z_PADPIDA2014111801Y_AdSupport_2015-02_AU_1of1_20150723T092522.tsv';
const userGenerated = 'DSR_TEST_YouTube_AdSupport-music_2015-Q4_IS_1of1_20160121T150926.tsv';
const oldCodes = 'test_file_parser.tsv';

async function readFile(name: string): Promise<{ summary: DsrSummary; faults: Fault[]; revenue: string[] }> {
  const faults: Fault[] = [];
  const revenue: string[] = [];
  async function* bytes() {
    yield readFileSync(sharedFile(`${folder}/${name}`));
  }
  const summary = await readDsr(bytes(), {
    fault: (fault) => faults.push(fault),
    summary: (figures) => revenue.push(`${figures.revenue} ${figures.currency}`),
  });
  return { summary, faults, revenue };
}

const placed = (faults: readonly Fault[], code: FaultCode) =>
  faults
    .filter((fault) => fault.code === code)
    .map(({ line, record, cell, value }) => [line, record, cell?.number, value]);

/** Real reports with all that is wrong with them. They lie beside a checkout and are no part of it. */
(existsSync(sharedFile(folder)) ? describe : describe.skip)('reports as platforms send them', () => {
  it('of user-generated content: read whole, and every oddity is named where it is', async () => {
    const { summary, faults, revenue } = await readFile(userGenerated);
    expect(summary).toMatchObject({ profile: 'UGCProfile', lines: 35, comments: 8, blocks: 3, contexts: 4 });
    expect(summary).toMatchObject({ accepted: 6, rejected: 0, refused: false });
    expect(revenue).toEqual(['409.05 USD', '359.71 USD', '3424.29 USD', '11570.53 USD']);
    expect(placed(faults, 'profile-mismatch').map(([line, record]) => `${line} ${record}`)).toEqual([
      '10 SY02.01',
      '15 MW01.01',
      '17 SU03.01',
      '18 LI01.01',
    ]);
    expect(placed(faults, 'service-mismatch')).toEqual([[13, 'SY02.01', 8, 'Video']]);
    expect(placed(faults, 'cell-shifted')).toEqual([[20, 'MW01.01', 6, 'myns::4535']]);
    expect(placed(faults, 'parallel-lists-differ')).toEqual([
      [15, 'MW01.01', 7, 'DAVID RITZ|M. GAYE|MARVIN GAYE|ODELL BROWN ODELL BROWN'],
    ]);
    expect(faults).toHaveLength(7);
  });

  it('with a head and a footer that are too short: refused, with every missing cell', async () => {
    const { summary, faults } = await readFile(publisher);
    expect(summary).toMatchObject({ profile: 'UGCProfile', lines: 7, refused: true, accepted: 0 });
    expect(placed(faults, 'line-count-mismatch')).toEqual([[7, 'FOOT', 2, '123']]);
    expect(placed(faults, 'too-few-cells').map(([line, record]) => `${line} ${record}`)).toEqual([
      '1 HEAD',
      '4 SY03',
      '5 RE01',
      '6 AS02',
      '7 FOOT',
    ]);
    expect(placed(faults, 'unknown-allowed-value')).toContainEqual([4, 'SY03', 5, 'AdSupport']);
    expect(placed(faults, 'cell-malformed')).toContainEqual([1, 'HEAD', 2, 'ID1']);
    expect(placed(faults, 'record-out-of-order')).toEqual([[5, 'RE01', undefined, 'RE01']]);
    // The title with its escaped pipe, its quotes and its letters of several alphabets is sound.
    expect(faults.filter(({ line, cell }) => line === 6 && cell?.number === 6)).toEqual([]);
  });

  it('with codes of another time: each line is told, and what is missing at the end', async () => {
    const { summary, faults } = await readFile(oldCodes);
    expect(summary).toMatchObject({ profile: null, head: null, refused: true, records: { unknown: 2 } });
    expect(placed(faults, 'unknown-record').map(([line, , , value]) => [line, value])).toEqual([
      [3, 'FHEA'],
      [7, 'FFOO'],
    ]);
    expect(placed(faults, 'too-few-cells')[0]![3]).toBe('SY03 AdSupport NonInterStream AU AdSupport 108552');
    expect(faults.slice(-2).map(({ code }) => code)).toEqual(['head-missing', 'footer-missing']);
  });
});
