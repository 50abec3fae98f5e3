import { type ReportCheck } from './check-report';
import { type Fault, Findings } from './faults';
import { parseDsrFileName } from './file-name';
import { type BlockIds, type Head } from './records';

/** What has been found out about a file, and who is told what only all files of its report can show. */
export interface CheckedFile extends Pick<ReportCheck, 'fileName' | 'summary' | 'lines'> {
  readonly faults: { add(fault: Fault): void };
}

/** A file as one of those of its report. */
interface Part {
  readonly check: CheckedFile;
  readonly number: bigint;
  readonly of: bigint;
  readonly findings: Findings;
}

/**
 * Notes, at the files concerned, what only all files of a report can show. Files belong together by sender and message
 * id; where HEAD cannot be read, by their names.
 */
export function checkTogether(checks: readonly CheckedFile[]): void {
  const reports = new Map<string, Part[]>();
  for (const check of checks) {
    const place = placeOf(check);
    if (place === null) continue;
    const { key, number, of } = place;
    const findings = new Findings((fault) => check.faults.add(fault));
    findings.open(check.summary?.head?.lineNumber ?? 1, 'HEAD');
    reports.set(key, [...(reports.get(key) ?? []), { check, number, of, findings }]);
  }
  for (const parts of reports.values()) if (parts.some(({ of }) => of > 1n)) checkParts(parts);
}

function placeOf({ summary, fileName }: CheckedFile): { key: string; number: bigint; of: bigint } | null {
  const head = summary?.head ?? null;
  if (head !== null) {
    return { key: `${head.senderPartyId}\t${head.messageId}`, number: head.fileNumber, of: head.numberOfFiles };
  }
  const name = parseDsrFileName(fileName);
  if (name?.part == null) return null;
  const { recipient, sender, serviceDescription, period, territory, part } = name;
  const key = JSON.stringify([recipient, sender, serviceDescription, period, territory]);
  return { key, number: BigInt(part.number), of: BigInt(part.of) };
}

function checkParts(parts: readonly Part[]): void {
  const [first] = parts as [Part, ...Part[]];
  const numbers = new Set<bigint>();
  let isWhole = true;
  for (const part of parts) {
    if (numbers.has(part.number)) {
      isWhole = false;
      const message = 'another of these files has the same FileNumber in this report';
      part.findings.add('file-repeated', message, { cell: 7, value: String(part.number) });
    }
    numbers.add(part.number);
    if (!checkAgreement(first, part)) isWhole = false;
  }
  if (BigInt(numbers.size) < first.of) {
    isWhole = false;
    const message = `${numbers.size} of ${first.of} files of the report are here`;
    first.findings.add('report-incomplete', message, { cell: 8, value: [...numbers].sort().join(', ') });
  }
  checkBlocks(parts.filter(({ number }, at) => parts.findIndex((part) => part.number === number) === at));
  if (isWhole) checkReportCounts(parts);
}

/** Blocks are numbered through all files of a report, and none is in two files: a block that is in both would count twice. */
function checkBlocks(parts: readonly Part[]): void {
  const placed = parts.flatMap(({ check, number, findings }) => {
    const ids = check.summary?.blockIds ?? null;
    return ids === null ? [] : [{ ids, number, findings }];
  });
  placed.sort((one, other) => Number(one.number - other.number));
  for (const [at, { ids, findings }] of placed.entries()) {
    const other = placed.find(
      (before, place) => place < at && before.ids.lowest <= ids.highest && ids.lowest <= before.ids.highest,
    );
    if (other === undefined) continue;
    const message = `file ${other.number} of the report has the blocks ${rangeOf(other.ids)}`;
    findings.add('blocks-overlap', message, { value: rangeOf(ids) });
  }
}

const rangeOf = ({ lowest, highest }: BlockIds): string => `${lowest} to ${highest}`;

/** Files of one report agree in all that HEAD says of the report. */
function checkAgreement(first: Part, part: Part): boolean {
  const ours = agreed(first);
  const theirs = agreed(part);
  const differing = [...theirs].filter(([cell, value]) => (ours.get(cell) ?? value) !== value);
  for (const [cell, value] of differing) {
    part.findings.add('report-files-differ', 'another file of this report says otherwise', { cell, value });
  }
  return differing.length === 0;
}

function agreed({ check, of }: Part): Map<number, string> {
  const head: Head | null = check.summary?.head ?? null;
  const cells: [number, string | null][] = [[8, String(of)]];
  if (head !== null) {
    cells.push([9, head.usageStart], [10, head.usageEnd], [12, head.senderName], [13, head.serviceDescription]);
    cells.push([14, head.recipientPartyId], [15, head.recipientName]);
  }
  return new Map(cells.filter((cell): cell is [number, string] => cell[1] !== null));
}

/** What the last file says of the whole report. Each file has a block count of its own; blocks are never split. */
function checkReportCounts(parts: readonly Part[]): void {
  const last = parts.reduce((one, other) => (other.number > one.number ? other : one));
  const footer = last.check.summary?.footer;
  if (footer == null || footer.code !== 'FOOT') return;
  const sum = (of: (check: CheckedFile) => number): bigint =>
    BigInt(parts.reduce((total, { check }) => total + of(check), 0));
  const lines = sum(({ lines: count }) => count);
  const blocks = sum(({ summary }) => summary?.blocks ?? 0);
  last.findings.open(footer.lineNumber, footer.code);
  const compare = (cell: number, code: 'line-count-mismatch' | 'block-count-mismatch', what: string, found: bigint) => {
    const said = footer.counts.get(cell);
    if (said === undefined || said === found) return;
    last.findings.add(code, `the footer counts ${said} ${what} in the report, its files have ${found}`, {
      cell,
      value: String(said),
    });
  };
  compare(3, 'line-count-mismatch', 'lines', lines);
  compare(6, 'block-count-mismatch', 'blocks', blocks);
}
