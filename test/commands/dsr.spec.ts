import { mkdtemp, readFile, rm, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accordo } from '../support/command';
import { read } from '../support/repository';
import { audioReport, textOf, withCells } from '../unit/ddex/block-samples';
import { sampleContext, sampleHead, sampleLine, written } from '../unit/ddex/samples';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'accordo-dsr-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const report = (): Promise<string> => {
  const amounts = Object.fromEntries(
    ['Revenue', 'NetRevenue'].flatMap((of) =>
      ['Transaction', 'Accounting'].map((currency) => [`Allocated${of}InCurrencyOf${currency}`, '0.20']),
    ),
  );
  return written({ head: sampleHead, contexts: [sampleContext(amounts)], lines: [sampleLine()] });
};

describe('accordo dsr check', () => {
  it('prints one object a file, and ends with the worst of them', async () => {
    const text = await report();
    const sound = await file('sound.tsv.gz', gzipSync(text));
    const faulty = await file(
      'faulty.tsv',
      text.replace('SRFO\t8', 'SRFO\t9').replace('\t100\t0\t100\t', '\t100\t0\t99\t'),
    );
    const { code, stdout, stderr } = await accordo(['dsr', 'check', '--json', sound, faulty]);
    expect([code, stderr]).toEqual([1, '']);
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(first).toEqual({
      profile: 'FinancialReportingToRecordCompaniesProfileSRB',
      lines: 8,
      records: { HEAD: 1, SY10: 1, SR08: 1, SRFO: 1 },
      accepted: 1,
      rejected: 0,
      totals: { USD: '0.2' },
      problems: [],
      problemsTotal: 0,
    });
    expect(second).toMatchObject({
      accepted: 0,
      rejected: 1,
      totals: {},
      problems: [
        { line: 6, record: 'SR08', cell: 29, code: 'net-usage-mismatch', severity: 'error', value: '99' },
        { line: 8, record: 'SRFO', cell: 2, code: 'line-count-mismatch', severity: 'error', value: '9' },
      ],
      problemsTotal: 2,
    });
  });

  it('tells people what is in a file, and warnings without failing', async () => {
    const path = await file('audio.tsv', textOf(withCells(audioReport, 2, { 8: 'Video\u202e' })));
    const { code, stdout } = await accordo(['dsr', 'check', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('audio.tsv: sound, 1 warning\n  profile   BasicAudioProfile 1.2\n');
    expect(stdout).toContain('  usage     3 accepted, 0 rejected\n  revenue   4.4 USD\n');
    expect(stdout).toContain('line 2 SY01.01: HEAD names the service VektorMusic: "Video\\u{202e}" (service-mismatch)');
  });

  it('reads standard input', async () => {
    const { code, stdout } = await accordo(['dsr', 'check', '-', '--json'], {}, await report());
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ accepted: 1 })]);
  });

  it('ends with 2 where a file cannot be read, and still tells of the others', async () => {
    const sound = await file('other.tsv', await report());
    const { code, stdout } = await accordo(['dsr', 'check', '--json', join(folder, 'none.tsv'), folder, sound]);
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { problems: { code: string; value: string }[] });
    expect([code, told.length]).toEqual([2, 3]);
    expect(told.slice(0, 2).map(({ problems }) => problems)).toEqual([
      [expect.objectContaining({ code: 'file-unreadable', value: 'there is no such file' })],
      [expect.objectContaining({ code: 'file-unreadable', value: 'is a folder' })],
    ]);
    expect((await accordo(['dsr', 'check'])).code).toBe(2);
    expect((await accordo(['dsr', 'chekc', sound])).code).toBe(2);
  });
});

describe('the page of usage reports', () => {
  it('shows commands that work, one after another', async () => {
    const target = join(folder, 'shown.tsv');
    const [, block = ''] = /```sh\n([^`]*)```/.exec(read('docs/dsr.md'))!;
    const commands = block.trimEnd().split('\n');
    expect(commands).toHaveLength(4);
    for (const command of commands) {
      const [npx, name, ...words] = command.replaceAll('report.tsv', target).split(' ');
      expect([npx, name]).toEqual(['npx', 'accordo']);
      expect({ command, ...(await accordo(words)) }).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('accordo dsr write', () => {
  it('writes what was read as the same report', async () => {
    for (const text of [await report(), textOf(audioReport)]) {
      const { code, stdout } = await accordo(['dsr', 'read', await file('in.tsv', text)]);
      expect(code).toBe(0);
      const again = await accordo(['dsr', 'write'], {}, stdout);
      expect([again.code, again.stderr]).toEqual([0, '']);
      const records = (of: string) =>
        of.split('\n').filter((line) => /^[A-Z]/.test(line) && !/^(FOOT|SRFO)/.test(line));
      const padding = /\t+$/;
      expect(records(again.stdout).map((line) => line.replace(padding, ''))).toEqual(
        records(text).map((line) => line.replace(padding, '')),
      );
      expect((await accordo(['dsr', 'check', await file('out.tsv', again.stdout)])).code).toBe(0);
    }
  });

  it('tells every fault with its line, and leaves no file behind', async () => {
    const { stdout } = await accordo(['dsr', 'read', await file('in.tsv', await report())]);
    const [head, context, line] = stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as Record<string, unknown>);
    const lines = [
      JSON.stringify(head),
      JSON.stringify(context),
      JSON.stringify({ ...line, NetUsage: '99', SalesTransactionDate: 'soon' }),
      JSON.stringify({ ...line, TotalUsages: 100, Plays: '1', ResourceTitle: 'a\nb' }),
      '{"RecordType": "SR99"}',
      'no JSON',
      '',
      '{"RecordType": "SRFO", "NumberOfSummaryRecords": "1"}',
      JSON.stringify(line),
    ];
    const target = join(folder, 'refused.tsv');
    const { code, stderr } = await accordo(['dsr', 'write', '-o', target], {}, lines.join('\n'));
    expect(code).toBe(1);
    expect(stderr.split('\n').map((each) => /^line \d+: (?:error |warning )?[a-z-]+/.exec(each)?.[0])).toEqual([
      'line 3: error cell-not-date',
      'line 3: error net-usage-mismatch',
      'line 4: error cell-type',
      'line 4: error cell-unknown',
      'line 4: error cell-not-carried',
      'line 5: error record-unknown',
      'line 6: error json-malformed',
      'line 8: error cell-counted',
      'line 9: error record-out-of-order',
      undefined,
    ]);
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  });

  it('puts a sound report where it was asked for', async () => {
    const { stdout } = await accordo(['dsr', 'read', await file('in.tsv', textOf(audioReport))]);
    const target = join(folder, 'written.tsv');
    const { code } = await accordo(['dsr', 'write', await file('records.jsonl', stdout), '--output', target]);
    expect(code).toBe(0);
    const text = await readFile(target, 'utf8');
    expect(text.split('\n').at(-2)).toBe('FOOT\t21\t21\t2\t1\t1');
    expect((await accordo(['dsr', 'write', '-o', join(folder, 'none', 'x.tsv')], {}, stdout)).code).toBe(2);
  });
});
