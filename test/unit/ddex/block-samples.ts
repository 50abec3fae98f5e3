import { type DsrSummary, type Fault, type FaultCode, readDsr, type ReportedUse } from '../../../src/ddex';

/** A small sound report as lines of cells, to be changed cell by cell. Cells count from 1. */
export type Lines = readonly (readonly string[])[];

const head = (profile: string, version: string): string[] =>
  `HEAD|dsrf/1.3/1.2/1.0|${profile}|${version}|M-1|2026-02-05T09:00:00Z|1|1|2026-01-01|2026-01-31|PADPIDA2026010100A|Vektor|VektorMusic|PADPIDA2026010200B|Severnaya`.split(
    '|',
  );

/** One release of two recordings; one sale of it, and streams of one recording. */
export const audioReport: Lines = [
  head('BasicAudioProfile', '1.2'),
  'SY01.01|S1|||PayAsYouGoModel|PermanentDownload|RU|VektorMusic|5||USD|3.00'.split('|'),
  'SY02.02|S2|||AdvertisementSupportedModel|OnDemandStream|RU|VektorMusic|700||USD|1.40|||||||Music'.split('|'),
  'RE01|1|R1|DR1||||Masha|||Album|'.split('|').with(9, 'Songs').with(10, ''),
  'AS01.01|1|A1|DA1|ZZAB12600001|First||Masha||PT3M45S|SoundRecording'.split('|'),
  'MW01.01|1|W1|T0345246801|First'.split('|'),
  'AS02.02|1|A2|DA2|ZZAB12600002|Second||Masha|||SoundRecording'.split('|'),
  'SU01|1|S1|T1|R1||true|false|5|1|0.60'.split('|'),
  'SU02|1|S2|T2||A1||300'.split('|'),
  'SU02|1|S2|T3||A2||400'.split('|'),
  'FOOT|11|11|2|1|1'.split('|'),
];

/** Two blocks of user-generated uses, with a share each. */
export const userGeneratedReport: Lines = [
  head('UGCProfile', '1.2'),
  'SY02.02|S1|||AdvertisementSupportedModel|Stream|RU|VektorMusic|9000||USD|18.00|PUB_1||||||Music'.split('|'),
  'AS01.01|1|A1|DA1|ZZAB12600001|First||Masha|||SoundRecording'.split('|'),
  'MW01.01|1|W1||First'.split('|'),
  ['RU01.01', '1', 'S1', 'v1|v2', '10|20', 'Music'],
  'SU03.02|1|T1|S1|DA1|30|0.06|2026-01-01|2026-01-31'.split('|'),
  'LI01.02|1|S1|PUB_1||| 1.0|PerformingRight|0.06|0.03'.replace(' ', '').split('|'),
  'AS02.02|2|A2|DA2|ZZAB12600002|Second||Masha|||SoundRecording'.split('|'),
  'SU03.02|2|T1|S1|DA2|5|0.01'.split('|'),
  'FOOT|10|10|1|2|2'.split('|'),
];

/** The report with some cells of a line (from 1) replaced. */
export const withCells = (lines: Lines, line: number, cells: Readonly<Record<number, string>>): Lines =>
  lines.with(
    line - 1,
    Object.entries(cells).reduce<readonly string[]>(
      (changed, [number, value]) => {
        const padded = [...changed, ...new Array<string>(Math.max(0, Number(number) - changed.length)).fill('')];
        return padded.with(Number(number) - 1, value);
      },
      lines[line - 1]!,
    ),
  );

/** The footer put right after lines came or went. */
export function recounted(lines: Lines): Lines {
  const count = String(lines.length);
  return withCells(lines, lines.length, { 2: count, 3: count });
}

export const textOf = (lines: Lines): string => lines.map((cells) => `${cells.join('\t')}\n`).join('');

export interface BlockReading {
  readonly summary: DsrSummary;
  readonly faults: Fault[];
  /** "line code" of each fault. */
  readonly codes: `${number} ${FaultCode}`[];
}

/** As whoever counts uses reads it, where `uses` is given: they are put there. */
export async function readLines(lines: Lines | string, uses?: ReportedUse[]): Promise<BlockReading> {
  const faults: Fault[] = [];
  async function* bytes() {
    yield Buffer.from(typeof lines === 'string' ? lines : textOf(lines));
  }
  const summary = await readDsr(bytes(), {
    fault: (fault) => faults.push(fault),
    ...(uses !== undefined && { use: (use) => uses.push(use) }),
  });
  return { summary, faults, codes: faults.map(({ line, code }) => `${line} ${code}` as const) };
}
