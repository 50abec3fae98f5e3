import { type ReportedUse } from '../../../src/ddex';
import { audioReport, type Lines, readLines, recounted, userGeneratedReport, withCells } from './block-samples';

describe('a report with blocks', () => {
  it('of Basic Audio is read whole', async () => {
    const { summary, codes } = await readLines(audioReport);
    expect(codes).toEqual([]);
    expect(summary).toMatchObject({ profile: 'BasicAudioProfile', blocks: 1, contexts: 2, accepted: 3, rejected: 0 });
  });

  it('of user-generated content is read whole; a transaction id may come again in another block', async () => {
    const { summary, codes } = await readLines(userGeneratedReport);
    expect(codes).toEqual([]);
    expect(summary).toMatchObject({ profile: 'UGCProfile', blocks: 2, contexts: 1, accepted: 2, rejected: 0 });
  });

  it('may have nothing to report, and names its profile in any case', async () => {
    const lines = [userGeneratedReport[0]!, userGeneratedReport[1]!, 'FOOT|3|3|1|0|0'.split('|')];
    const { summary, codes } = await readLines(withCells(lines, 1, { 3: 'ugcprofile' }));
    expect(codes).toEqual([]);
    expect(summary).toMatchObject({ profile: 'UGCProfile', refused: false });
  });

  it('may be read without a profile: all but the order of its records is checked', async () => {
    const { summary, codes } = await readLines(withCells(userGeneratedReport, 1, { 3: 'HouseProfile' }));
    expect(codes).toEqual(['1 wrong-profile']);
    expect(summary).toMatchObject({ profile: 'HouseProfile', accepted: 2, blocks: 2, refused: true });
  });

  it('of a profile for others is counted, and nothing more is said of it', async () => {
    const { summary, codes } = await readLines(withCells(userGeneratedReport, 1, { 3: 'RoyaltyReportingProfile' }));
    expect(codes).toEqual(['1 wrong-profile']);
    expect(summary).toMatchObject({ profile: 'RoyaltyReportingProfile', accepted: 0, rejected: 2, refused: true });
    expect(summary.records).toMatchObject({ 'SU03.02': 2, FOOT: 1 });
  });
});

const audio = (line: number, cells: Readonly<Record<number, string>>): Lines => withCells(audioReport, line, cells);
const userGenerated = (line: number, cells: Readonly<Record<number, string>>): Lines =>
  withCells(userGeneratedReport, line, cells);

describe('what is wrong with a block or its records is told where it is', () => {
  const cases: [string, Lines, readonly string[]][] = [
    ['a sale of an unknown release', audio(8, { 5: 'R9' }), ['8 unknown-reference']],
    ['a stream of an unknown recording', audio(9, { 6: 'A9' }), ['9 unknown-reference']],
    ['a stream of a rejected recording', audio(5, { 5: 'ZZAB1' }), ['5 isrc-malformed', '9 reference-rejected']],
    ['a sale of a release and a recording', audio(8, { 6: 'A1' }), ['8 transacted-not-exactly-one']],
    ['a sale of nothing', audio(8, { 5: '' }), ['8 transacted-not-exactly-one']],
    ['a use in an unknown context', audio(9, { 3: 'S9' }), ['9 unknown-summary-record', '3 usage-total-mismatch']],
    ['a use in a rejected context', audio(2, { 11: 'roubles' }), ['2 cell-malformed', '8 summary-record-rejected']],
    [
      'a stream that is paid for without a price',
      audio(9, { 3: 'S1' }),
      ['9 cell-missing', '2 usage-total-mismatch', '3 usage-total-mismatch'],
    ],
    ['a transaction id that comes again', audio(10, { 4: 'T2' }), ['10 duplicate-sales-transaction']],
    [
      'a summary of the same id for another controller and another territory',
      recounted(userGeneratedReport.toSpliced(2, 0, userGeneratedReport[1]!.with(6, 'KZ').with(12, 'PUB_2'))),
      [
        '3 summary-records-differ',
        ...[6, 7, 8, 10].map((line) => `${line} summary-record-rejected`),
        '11 summary-count-mismatch',
      ],
    ],
    ['a use of nobody says what', userGenerated(9, { 4: '' }), []],
    [
      'a use of nobody says which of two contexts',
      recounted(userGenerated(9, { 4: '' }).toSpliced(2, 0, userGeneratedReport[1]!.with(1, 'S2'))),
      ['10 cell-missing', '11 summary-count-mismatch'],
    ],
    [
      'a recording of user-generated content that is at fault',
      userGenerated(8, { 5: 'X' }),
      ['8 isrc-malformed', '9 reference-rejected'],
    ],
    ['half a stream', audio(9, { 8: '300.5' }), ['9 cell-not-whole', '3 usage-total-mismatch']],
    ['a context that counts other uses', audio(3, { 9: '701' }), ['3 usage-total-mismatch']],
    [
      'a context that comes twice',
      audio(3, { 1: 'SY02.02', 2: 'S2' }).toSpliced(3, 0, audioReport[2]!).with(11, 'FOOT|12|12|3|1|1'.split('|')),
      ['4 duplicate-summary-record'],
    ],
    ['another service', audio(2, { 8: 'Video' }), ['2 service-mismatch']],
    ['a wrong check digit of a work', audio(6, { 4: 'T0345246800' }), ['6 check-digit-wrong']],
    ['a wrong check digit of a bar code', audio(4, { 7: '5099907138556' }), ['4 check-digit-wrong']],
    ['an id where a title should be', audio(6, { 6: 'myns::4535' }), ['6 cell-shifted']],
    ['a duration of minutes alone', audio(5, { 10: '3:45' }), ['5 cell-not-duration', '9 reference-rejected']],
    ['lists of different length', userGenerated(5, { 5: '10' }), ['5 parallel-lists-differ']],
    ['a block without its number', userGenerated(8, { 2: 'two' }), ['8 cell-malformed', '9 record-out-of-order']],
    [
      'a number left out',
      [8, 9].reduce((lines, line) => withCells(lines, line, { 2: '3' }), userGeneratedReport),
      ['8 block-gap'],
    ],
    [
      'a block that comes again',
      [8, 9].reduce((lines, line) => withCells(lines, line, { 2: '1' }), userGeneratedReport),
      [
        '8 record-out-of-order',
        '9 duplicate-sales-transaction',
        '9 reference-rejected',
        '10 block-count-mismatch',
        '10 block-count-mismatch',
      ],
    ],
    [
      'a period that ends before it starts',
      userGenerated(6, { 8: '2026-01-31', 9: '2026-01-01' }),
      ['6 period-reversed'],
    ],
    ['a period outside the report', userGenerated(6, { 9: '2026-02-01' }), ['6 period-outside-report']],
    ['an unknown type of right', userGenerated(7, { 8: 'Birthright' }), ['7 unknown-allowed-value']],
    ['a share of somebody else', userGenerated(7, { 4: 'PUB_9' }), ['7 unknown-rights-controller']],
    ['a record of another version', userGenerated(7, { 1: 'LI01.01' }), ['7 profile-mismatch']],
    ['a version of the profile that is not known', userGenerated(1, { 4: '7.0' }), ['1 profile-version-unknown']],
    ['a file that is none of its report', userGenerated(1, { 7: '2' }), ['1 cell-out-of-range']],
    ['a footer without what the last file needs', userGenerated(10, { 3: '' }), ['10 cell-missing']],
    ['a footer with other blocks', userGenerated(10, { 5: '3' }), ['10 block-count-mismatch']],
    ['a footer with other lines', userGenerated(10, { 2: '123' }), ['10 line-count-mismatch']],
  ];
  it.each(cases)('%s', async (_name, lines, expected) => {
    expect((await readLines(lines)).codes).toEqual(expected);
  });

  it('a block that comes again after another: each of its records', async () => {
    const again = [...userGeneratedReport.slice(0, 9), ...userGeneratedReport.slice(2, 7), userGeneratedReport[9]!];
    const { codes, summary } = await readLines(recounted(again));
    expect(codes.filter((code) => code.endsWith('block-repeated')).map((code) => parseInt(code, 10))).toEqual([
      10, 11, 12, 13, 14,
    ]);
    expect(summary).toMatchObject({ accepted: 2, rejected: 1, blocks: 2 });
  });

  it('a block without a recording, or without uses where there must be some', async () => {
    const workFirst = userGeneratedReport.toSpliced(2, 1);
    expect((await readLines(recounted(workFirst))).codes).toEqual(['3 record-out-of-order']);
    const unused = audioReport.slice(0, 7).concat(['FOOT|8|8|2|1|1'.split('|')]);
    const { codes } = await readLines(unused);
    expect(codes).toContain('7 block-incomplete');
  });

  it('two works of a recording that has its work with it', async () => {
    const works = userGeneratedReport.toSpliced(8, 0, 'MW01.01|2|W2||Second'.split('|'));
    expect((await readLines(recounted(works))).codes).toEqual(['9 record-out-of-order']);
  });

  it('summaries of one id for several rights controllers are sound; the same controller twice is not', async () => {
    const [, summary] = userGeneratedReport;
    const other = [...userGeneratedReport.slice(0, 2), summary!.with(12, 'PUB_2'), ...userGeneratedReport.slice(2)];
    expect((await readLines(withCells(recounted(other), 11, { 4: '2' }))).codes).toEqual([]);
    const same = [...userGeneratedReport.slice(0, 2), summary!, ...userGeneratedReport.slice(2)];
    expect((await readLines(withCells(recounted(same), 11, { 4: '2' }))).codes).toEqual(['3 duplicate-summary-record']);
  });
});

describe('a count', () => {
  const most = '9223372036854775807';
  const counted = async (lines: Lines): Promise<[codes: readonly string[], uses: readonly bigint[]]> => {
    const uses: ReportedUse[] = [];
    const { codes } = await readLines(lines, uses);
    return [codes.filter((code) => !code.endsWith('usage-total-mismatch')), uses.map(({ usages }) => usages)];
  };

  it('is taken up to 2^63 - 1, and rejected beyond by whoever counts uses', async () => {
    for (const written of [most, `${most}.00`])
      expect(await counted(userGenerated(6, { 6: written }))).toEqual([[], [BigInt(most), 5n]]);
    for (const written of ['9223372036854775808', '18446744073709551617', '9'.repeat(38)]) {
      const lines = userGenerated(6, { 6: written });
      expect(await counted(lines)).toEqual([['6 cell-out-of-range'], [5n]]);
      expect((await readLines(lines)).codes).toEqual([]);
    }
  });

  it('of what was given back is no larger than that of the uses, for whoever counts them', async () => {
    const lines = audio(8, { 10: '6' });
    expect((await counted(lines))[0]).toEqual(['8 returns-exceed-usages']);
    expect((await readLines(lines)).codes).toEqual([]);
  });
});

describe('a reference that comes twice in its block', () => {
  const again = (line: number, ...records: string[]): Lines =>
    recounted(audioReport.toSpliced(line, 0, ...records.map((record) => record.split('|'))));
  const second = 'AS02.02|1|A1|DA9|ZZAB12600009|Other||Masha|||SoundRecording';

  it.each([
    ['another recording', again(7, second), ['8 reference-repeated', '10 reference-rejected']],
    [
      'another one, and the first again',
      again(7, second, second.replace('0009', '0001')),
      ['8 reference-repeated', '9 reference-repeated', '11 reference-rejected'],
    ],
    [
      'a recording that is not known to be the same, for want of an ISRC',
      again(7, second.replace('ZZAB12600009', '')),
      ['8 reference-repeated', '10 reference-rejected'],
    ],
    [
      'another release',
      withCells(again(7, 'RE02|1|R2|DR2||A1', 'RE02|1|R2|DR3||A2'), 10, { 5: 'R2' }),
      ['9 reference-repeated', '10 reference-rejected'],
    ],
  ])('for %s is at fault, and nobody is paid for its uses', async (_name, lines, expected) => {
    const uses: ReportedUse[] = [];
    const { codes } = await readLines(lines, uses);
    expect(codes.filter((code) => !code.endsWith('mismatch'))).toEqual(expected);
    const told = expected.map((code) => parseInt(code, 10));
    expect(uses.filter(({ lineNumber }) => told.includes(lineNumber))).toEqual([]);
  });

  it('for a recording of the same ISRC is that recording', async () => {
    const uses: ReportedUse[] = [];
    expect((await readLines(again(7, second.replace('0009', '0001')), uses)).codes).toEqual([]);
    expect(uses.map(({ isrc, usages }) => [isrc, usages])).toContainEqual(['ZZAB12600001', 300n]);
  });

  it('for the only recording of the block leaves it the only one', async () => {
    const uses: ReportedUse[] = [];
    const lines = recounted(userGeneratedReport.toSpliced(2, 0, userGeneratedReport[2]!.with(5, 'Title')));
    expect((await readLines(withCells(lines, 7, { 5: 'DA7' }), uses)).codes).toEqual([]);
    expect(uses.map(({ isrc, usages }) => [isrc, usages])).toEqual([
      ['ZZAB12600001', 30n],
      ['ZZAB12600002', 5n],
    ]);
  });
});

describe('records of versions that are known in part', () => {
  it.each(['SR08.02', 'SY10.02'])('%s is recognised and never guessed', async (code) => {
    const cells = [code, 'X1', ...new Array<string>(50).fill('1')];
    const { faults, summary } = await readLines([cells]);
    expect(faults.find(({ code: found }) => found === 'layout-partly-known')).toMatchObject({
      line: 1,
      severity: 'error',
    });
    expect(summary).toMatchObject({ profile: 'FinancialReportingToRecordCompaniesProfileSRB', accepted: 0 });
  });

  it('a version that nobody knows of a known record is an error, since use could go unseen', async () => {
    const { faults, summary } = await readLines(withCells(userGeneratedReport, 9, { 1: 'SU03.09' }));
    expect(faults.map(({ line, code, severity }) => [line, code, severity])).toEqual([
      [9, 'unknown-record-version', 'error'],
    ]);
    expect(summary).toMatchObject({ accepted: 1, records: { unknown: 1 } });
    expect((await readLines(withCells(userGeneratedReport, 9, { 1: 'XX03.09' }))).codes).toEqual(['9 unknown-record']);
  });
});

describe('dates', () => {
  it('of a period may be months or years', async () => {
    expect((await readLines(withCells(userGeneratedReport, 6, { 8: '2026-01', 9: '2026-01' }))).codes).toEqual([]);
    expect((await readLines(withCells(userGeneratedReport, 6, { 8: '2026', 9: '2026' }))).codes).toEqual([
      '6 period-outside-report',
    ]);
  });
});

describe('memory', () => {
  it('is not filled by summaries or by a block without end', async () => {
    const many = (count: number, line: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => line(index)).join('');
    const context = audioReport[1]!.join('\t');
    const summaries = await readLines(
      `${audioReport[0]!.join('\t')}\n${many(100_010, (index) => `${context.replace('S1', `S${index}`)}\n`)}`,
    );
    expect(summaries.summary.faultsByCode['too-many-summaries']).toBe(1);
    const recording = 'AS01.01\t1\tA\tDA\t\tT\t\tM\t\t\tSoundRecording\n';
    const opening = `${audioReport
      .slice(0, 3)
      .map((cells) => cells.join('\t'))
      .join('\n')}\n`;
    for (const name of ['A\t', 'DA\t']) {
      const block = await readLines(
        `${opening}${many(100_010, (index) => recording.replace(`\t${name}`, `\t${name.trim()}${index}\t`))}`,
      );
      expect(block.summary.faultsByCode['block-too-large']).toBe(1);
    }
  });
});
