import { basename } from 'node:path';
import { checkReport, checkTogether, type Escapes, type Fault, type ReportCheck, unreadableReport } from '../ddex';
import { DSR_EXIT, type DsrStreams, openBytes, put, reasonUnreadable } from './dsr-files';
import { printable } from './printable';
import { hangingLines } from './wrap-text';

const WIDTH = 100;
const COLUMN = 12;
/** As many as a person reads; `--json` gives more. */
const FAULTS_SHOWN = 50;

/** 0 when no file has an error, 1 when one has, 2 when one cannot be read to its end. */
export async function checkFiles(
  paths: readonly string[],
  { json, escapes }: { readonly json?: boolean; readonly escapes: Escapes },
  { output }: DsrStreams,
): Promise<number> {
  const checks: ReportCheck[] = [];
  for (const path of paths) checks.push(await checkFile(path, escapes));
  checkTogether(checks);
  for (const [index, check] of checks.entries()) {
    const text = json ? `${JSON.stringify(asJson(check))}\n` : told(paths[index]!, check);
    await put(output, json || index === 0 ? text : `\n${text}`);
  }
  if (checks.some(({ summary }) => summary === null)) return DSR_EXIT.unreadable;
  return checks.some(({ faults }) => faults.errors > 0) ? DSR_EXIT.faulty : DSR_EXIT.sound;
}

async function checkFile(path: string, escapes: Escapes): Promise<ReportCheck> {
  const name = basename(path);
  try {
    return await checkReport(openBytes(path), name, { escapes });
  } catch (error) {
    return unreadableReport(name, reasonUnreadable(error));
  }
}

function asJson({ summary, lines, totals, faults }: ReportCheck): object {
  return {
    profile: summary?.profile ?? null,
    lines,
    records: summary?.records ?? {},
    accepted: summary?.accepted ?? 0,
    rejected: summary?.rejected ?? 0,
    totals,
    problems: faults.first.map(({ line, record, cell, code, severity, value }) => ({
      line,
      record,
      cell: cell?.number ?? null,
      code,
      severity,
      value,
    })),
    problemsTotal: faults.total,
  };
}

function told(path: string, { summary, lines, totals, faults }: ReportCheck): string {
  const line = (label: string, text: string): string[] =>
    hangingLines({ label: `  ${label}`, text: printable(text), column: COLUMN, width: WIDTH });
  const head = summary?.head ?? null;
  const shown = faults.first.slice(0, FAULTS_SHOWN);
  const left = faults.total - shown.length;
  const all = [
    `${printable(path)}: ${verdict(summary === null, faults)}`,
    ...(summary === null ? line('lines', `${grouped(lines)} read`) : []),
    ...(summary === null ? [] : line('profile', profileText(summary.profile, head?.profileVersion))),
    ...(head === null ? [] : line('message', `${head.messageId} of ${head.createdAt}${partText(head)}`)),
    ...(head === null ? [] : line('from', partyText(head.senderName, head.senderPartyId))),
    ...(head?.recipientName == null ? [] : line('to', partyText(head.recipientName, head.recipientPartyId))),
    ...(head === null ? [] : line('days', `${head.usageStart} to ${head.usageEnd}`)),
    ...(summary === null ? [] : line('records', recordsText(summary.records))),
    ...(summary === null
      ? []
      : line('usage', `${grouped(summary.accepted)} accepted, ${grouped(summary.rejected)} rejected`)),
    ...Object.entries(totals).flatMap(([currency, amount]) => line('revenue', `${grouped(amount)} ${currency}`)),
    ...shown.flatMap((fault) => line(fault.severity, faultText(fault))),
    ...(left === 0 ? [] : line('', `and ${grouped(left)} more; --json lists the first 1,000`)),
    ...(left === 0 ? [] : line('in all', recordsText(faults.byCode))),
  ];
  return `${all.join('\n')}\n`;
}

function verdict(isUnreadable: boolean, { errors, warnings }: ReportCheck['faults']): string {
  if (isUnreadable) return 'cannot be read to its end';
  if (errors + warnings === 0) return 'sound';
  const counted = [counting(errors, 'error'), counting(warnings, 'warning')].filter((text) => text !== '').join(', ');
  return errors === 0 ? `sound, ${counted}` : counted;
}

function counting(count: number, what: string): string {
  if (count === 0) return '';
  return count === 1 ? `1 ${what}` : `${grouped(count)} ${what}s`;
}

const profileText = (profile: string | null, version: string | undefined): string =>
  [profile ?? 'none', ...(version === undefined ? [] : [version])].join(' ');

const partText = ({ fileNumber, numberOfFiles }: { fileNumber: bigint; numberOfFiles: bigint }): string =>
  numberOfFiles === 1n ? '' : `, file ${fileNumber} of ${numberOfFiles}`;

const partyText = (name: string, partyId: string | null): string => (partyId === null ? name : `${name}, ${partyId}`);

const recordsText = (records: Readonly<Record<string, number>>): string =>
  Object.entries(records)
    .map(([code, count]) => `${code} ${grouped(count)}`)
    .join(', ') || 'none';

/** 1234567.5 as 1,234,567.5: exact text stays what it is. */
const grouped = (amount: number | string): string => String(amount).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');

function faultText({ line, record, value, message, code }: Fault): string {
  const where = record === '' ? `line ${line}` : `line ${line} ${record}`;
  const found = value === '' || message.includes(value) ? '' : `: ${JSON.stringify(value)}`;
  return `${where}: ${message}${found} (${code})`;
}
