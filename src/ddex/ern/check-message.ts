import { opened, ReportUnreadable } from '../dsr/unpack';
import { type ErnSummary, ErnReader } from './message-reader';
import { type Artist, type LocalText, type Party, type Release, type Resource, type Title } from './model';
import { type Problem } from './problems';
import { mainOf } from './values';
import { kept } from './xml/names';

/** As many problems of a file as anybody will read. */
export const PROBLEMS_KEPT = 1000;

export interface CheckedRelease {
  readonly icpn: string | null;
  readonly grid: string | null;
  readonly title: string | null;
  readonly label: string | null;
  readonly type: string | null;
  /** Recordings and videos on it. */
  readonly tracks: number;
}

export interface CheckedRecording {
  readonly isrcs: readonly string[];
  readonly title: string | null;
  readonly artists: readonly string[];
  /** Exact decimal; null where it is not known. */
  readonly durationSeconds: string | null;
}

/** What there is to say of one file. */
export interface ErnCheck {
  readonly summary: ErnSummary;
  /** The main ones, without tracks that are releases too; none of a message that was refused, nor below. */
  readonly releases: readonly CheckedRelease[];
  readonly recordings: readonly CheckedRecording[];
  readonly videos: number;
  readonly deals: number;
  /** The first of them. */
  readonly problems: readonly Problem[];
}

/**
 * Messages pack to a twentieth, a thousand equal deals for all territories to a hundred-and-fortieth, and gzip can go to a thousandth. Below 4 MiB any
 * density is harmless.
 */
const bytesFrom = (taken: number): number => Math.max(4 * 1024 * 1024, 150 * taken);

/** Reads a file once, packed or not, and keeps what is told of it. Rejects only when the source does. */
export async function checkMessage(source: AsyncIterable<Uint8Array>): Promise<ErnCheck> {
  const problems: Problem[] = [];
  const recordings: CheckedRecording[] = [];
  const main: CheckedRelease[] = [];
  let first: CheckedRelease | undefined;
  const reader = new ErnReader({
    problem: (problem) => {
      // The one that stopped reading is told whatever came before.
      if (problems.length < PROBLEMS_KEPT) problems.push(problem);
      else if (problem.fatal) problems[PROBLEMS_KEPT - 1] = problem;
    },
    resource: (resource) => {
      if (resource.kind === 'SoundRecording') recordings.push(recordingOf(resource));
    },
    release: (release) => {
      if (release.kind !== 'Release') return;
      if (release.isMain) main.push(releaseOf(release));
      else first ??= releaseOf(release);
    },
  });
  const summary = await readMessage(reader, source);
  const releases = main.length === 0 && first !== undefined ? [first] : main;
  if (summary.isRefused) return { summary, releases: [], recordings: [], videos: 0, deals: 0, problems };
  return { summary, releases, recordings, videos: summary.resources.Video ?? 0, deals: summary.deals, problems };
}

/** Reads a message to its end, packed or not. `between` is given what was read, unpacked, when what was in it has been handed on, and is waited for. Rejects only when it or the source does. */
export async function readMessage(
  reader: ErnReader,
  source: AsyncIterable<Uint8Array>,
  between: (bytes: Uint8Array) => Promise<void> | undefined = () => undefined,
): Promise<ErnSummary> {
  try {
    for await (const chunk of opened(source, bytesFrom)) {
      reader.push(chunk);
      if (reader.isRefused) break;
      await between(chunk);
    }
  } catch (error) {
    if (!(error instanceof ReportUnreadable) || error.code === 'line-without-end') throw error;
    reader.refuse(error.code, error.message);
  }
  return reader.finish();
}

/** What can be said of a file that could not even be opened. */
export function unreadableMessage(reason: string): ErnCheck {
  const problems: Problem[] = [];
  const reader = new ErnReader({ problem: (problem) => problems.push(problem) });
  reader.refuse('file-unreadable', reason);
  return { summary: reader.finish(), releases: [], recordings: [], videos: 0, deals: 0, problems };
}

/** What is kept until the file ends must not keep the chunks of the file that it was cut from. */
const own = (text: string | null | undefined): string | null => (text == null ? null : kept(text));

const releaseOf = (release: Release): CheckedRelease => ({
  icpn: own(release.ids.icpns[0]),
  grid: own(release.ids.grids[0]),
  title: own(mainTitle(release.titles)?.text),
  label: own(nameOf(mainOf(release.labels)?.party)),
  type: own(release.types[0]?.value),
  tracks: release.tracks,
});

const recordingOf = (resource: Resource): CheckedRecording => ({
  isrcs: resource.isrcs.map(kept),
  title: own(mainTitle(resource.titles)?.text),
  artists: artistsOf(resource.artists, resource.artistNames).map(kept),
  durationSeconds: resource.durationSeconds,
});

/** The title that is displayed (from version 4 on) or referred to, else any. */
export function mainTitle(titles: readonly Title[]): Title | undefined {
  for (const kind of ['display-text', 'reference', 'display', 'additional'] as const) {
    const found = mainOf(titles.filter((title) => title.kind === kind));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One by one where they are given so, each once, of the territory that comes first; else the name under which they are displayed together. */
export function artistsOf(artists: readonly Artist[], names: readonly LocalText[]): string[] {
  const where = (artist: Artist | undefined): string =>
    [artist?.territories.join(), artist?.excludedTerritories.join()].join('-');
  const first = where(mainOf(artists));
  const each = artists.filter((artist) => where(artist) === first).flatMap(({ party }) => nameOf(party) ?? []);
  const displayed = each.length > 0 ? each : [mainOf(names)?.text ?? []].flat();
  return [...new Set(displayed)];
}

export const nameOf = (party: Party | undefined): string | null => party?.names[0]?.text ?? null;
