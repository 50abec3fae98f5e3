import { type Writable } from 'node:stream';
import { checkMessage, type ErnCheck, PROBLEMS_KEPT, unreadableMessage } from '../ddex';
import { DSR_EXIT, openBytes, put, reasonUnreadable } from './dsr-files';
import { printable } from './printable';
import { hangingLines } from './wrap-text';

const WIDTH = 100;
const COLUMN = 12;
/** As many as a person reads; `--json` gives more. */
const PROBLEMS_SHOWN = 50;

/** 0 when no file has an error, 1 when one has, 2 when one cannot be read to its end. */
export async function checkMessages(
  paths: readonly string[],
  { json }: { readonly json?: boolean },
  output: Writable,
): Promise<number> {
  let worst: number = DSR_EXIT.sound;
  for (const [index, path] of paths.entries()) {
    const check = await checkFile(path);
    worst = Math.max(worst, exitOf(check));
    const text = json ? `${JSON.stringify(asJson(path, check))}\n` : told(path, check);
    await put(output, json || index === 0 ? text : `\n${text}`);
  }
  return worst;
}

async function checkFile(path: string): Promise<ErnCheck> {
  try {
    return await checkMessage(openBytes(path));
  } catch (error) {
    return unreadableMessage(reasonUnreadable(error));
  }
}

function exitOf({ summary }: ErnCheck): number {
  if (summary.isRefused) return DSR_EXIT.unreadable;
  return summary.errors > 0 ? DSR_EXIT.faulty : DSR_EXIT.sound;
}

const asJson = (file: string, { summary, releases, recordings, videos, deals, problems }: ErnCheck): object => ({
  file,
  version: summary.version,
  message: summary.kind,
  releases,
  recordings,
  videos,
  deals,
  problems: problems.map(({ code, severity, path, message }) => ({ code, severity, path, message })),
});

function told(path: string, { summary, releases, recordings, videos, deals, problems }: ErnCheck): string {
  const line = (label: string, text: string): string[] =>
    hangingLines({ label: `  ${label}`, text: printable(text), column: COLUMN, width: WIDTH });
  const { header } = summary;
  const shown = problems.slice(0, PROBLEMS_SHOWN);
  const left = summary.errors + summary.warnings - shown.length;
  const from = senderText(header);
  const all = [
    `${printable(path)}: ${verdict(summary)}`,
    ...(summary.kind === null ? [] : line('message', `${summary.kind} ${summary.version ?? 'of an unknown version'}`)),
    ...(header === null ? [] : line('id', `${header.messageId ?? 'none'}${header.isTest ? ', a test' : ''}`)),
    ...(from === null ? [] : line('from', from)),
    ...releases.flatMap((release) =>
      line(
        'release',
        [release.title, release.icpn ?? release.grid, release.label, `${release.tracks} tracks`]
          .filter((part) => part !== null)
          .join(', '),
      ),
    ),
    ...(summary.isRefused
      ? []
      : line('holds', `${recordings.length} recordings, ${videos} videos, ${deals} deals, ${summary.purged} purged`)),
    ...shown.flatMap(({ code, severity, path: place, message }) =>
      line(severity, `${place === '' ? '' : `${place}: `}${message} (${code})`),
    ),
    ...(left === 0 ? [] : line('', `and ${left} more; --json lists the first ${PROBLEMS_KEPT}`)),
  ];
  return `${all.join('\n')}\n`;
}

/** The label where a distributor sends for it. */
function senderText(header: ErnCheck['summary']['header']): string | null {
  const sender = header?.onBehalfOf ?? header?.sender;
  return sender == null ? null : (sender.names[0]?.text ?? sender.ids.dpids[0] ?? 'nobody');
}

function verdict({ isRefused, errors, warnings }: ErnCheck['summary']): string {
  if (isRefused) return 'cannot be read to its end';
  if (errors + warnings === 0) return 'sound';
  const counted = [counting(errors, 'error'), counting(warnings, 'warning')].filter((text) => text !== '').join(', ');
  return errors === 0 ? `sound, ${counted}` : counted;
}

const counting = (count: number, what: string): string =>
  count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
