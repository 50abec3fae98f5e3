import { findRecordings, type Recording, type VersionKind } from '../../catalogue';
import { type IsrcEdit, isrcsNear, nameKey } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { ReportedName } from './reported-names';

/**
 * Why a recording is suggested, in the order of likelihood: what the label says that the reported one is a version of, a slip in the ISRC, the names
 * and the duration that came with it, or the names of the recording that really has this ISRC, of which it may be another version.
 */
export const suggestionReasons = [
  'parent-version',
  'written-otherwise',
  'look-alike',
  'same-title-artist-and-duration',
  'same-title-and-artist',
  'similar-title-same-duration',
  'other-version',
  'characters-swapped',
  'character-missing',
  'character-too-many',
  'one-character',
] as const satisfies readonly (IsrcEdit | NameReason | 'parent-version' | 'other-version')[];
type NameReason = 'same-title-artist-and-duration' | 'same-title-and-artist' | 'similar-title-same-duration';
export type SuggestionReason = (typeof suggestionReasons)[number];

/** A recording that suspended use may be of, and why. */
export interface Suggestion {
  readonly isrc: string;
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly why: SuggestionReason;
  /** Of a parent: how the reported recording was made of it. */
  readonly versionKind: VersionKind | null;
}

interface Wanted {
  readonly labelId: string;
  /** ISRCs as reported. */
  readonly reported: readonly string[];
  /** By reported ISRC, what the reports call the recording. */
  readonly names: ReadonlyMap<string, ReportedName>;
  /** The recordings of the agreements between the two parties. */
  readonly agreed: ReadonlySet<string>;
  /** Only the label may be told what else its catalogue holds: of its recordings that are not agreed on, parents and other versions are suggested. */
  readonly isForLabel: boolean;
}

const suggestionsMax = 5;

/**
 * Recordings one slip away from what was reported, of the same names and duration, or its parents, among those that an agreement between the parties names:
 * nothing else of the label's catalogue is told, and nothing else could a resolution lead to. At most five each, the likeliest first.
 */
export async function suggestionsFor(
  tx: Tx,
  { labelId, reported, names, agreed, isForLabel }: Wanted,
): Promise<Map<string, Suggestion[]>> {
  const unknown = [...new Set(reported)].filter((isrc) => !agreed.has(isrc));
  const near = new Map(unknown.map((isrc) => [isrc, [...isrcsNear(isrc)].filter(([other]) => agreed.has(other))]));
  const own = isForLabel ? await findRecordings(tx, labelId, unknown) : [];
  const parents = await agreedParents(tx, labelId, { own, agreed });
  const isNamed = own.length > 0 || unknown.some((isrc) => names.has(isrc));
  const wanted = isNamed ? [...agreed] : [...new Set([...near.values()].flat().map(([isrc]) => isrc))];
  if (wanted.length === 0) return new Map();
  const recordings = new Map((await findRecordings(tx, labelId, wanted)).map((each) => [each.isrc, each]));
  const called = new CalledRecordings(isNamed ? recordings.values() : []);
  const versions = new Map(own.map(({ isrc, title, artists }) => [isrc, { title, artist: artists.join(' ') }]));
  return new Map(
    unknown.map((isrc) => {
      const found = (near.get(isrc) ?? []).flatMap(([other, why]) => suggested(recordings.get(other), why));
      const parent = parents.get(isrc);
      if (parent !== undefined) found.push(...suggested(recordings.get(parent.isrc), 'parent-version', parent.kind));
      found.push(...called.as(names.get(isrc)));
      for (const recording of called.named(versions.get(isrc))) found.push(...suggested(recording, 'other-version'));
      return [isrc, likeliest(found)];
    }),
  );
}

const generationsMax = 4;

/** By recording: the nearest of its parents, their parents and so on that is agreed on, and how the recording was made of its own parent. */
async function agreedParents(
  tx: Tx,
  labelId: string,
  { own, agreed }: { readonly own: readonly Recording[]; readonly agreed: ReadonlySet<string> },
): Promise<Map<string, { isrc: string; kind: VersionKind }>> {
  const found = new Map<string, { isrc: string; kind: VersionKind }>();
  let open = own.flatMap(({ isrc, parent_isrc, parent_kind }) =>
    parent_isrc === null || parent_kind === null ? [] : [{ of: isrc, parent: parent_isrc, kind: parent_kind }],
  );
  for (let generation = 1; open.length > 0 && generation <= generationsMax; generation += 1) {
    for (const { of, parent, kind } of open) if (agreed.has(parent)) found.set(of, { isrc: parent, kind });
    const left = open.filter(({ parent }) => !agreed.has(parent));
    const above = new Map(
      (await findRecordings(tx, labelId, [...new Set(left.map(({ parent }) => parent))])).map((each) => [
        each.isrc,
        each.parent_isrc,
      ]),
    );
    open = left.flatMap(({ of, parent, kind }) => {
      const next = above.get(parent);
      return next == null ? [] : [{ of, parent: next, kind }];
    });
  }
  return found;
}

/** So many seconds are the same duration: services cut silence and round. */
const secondsApart = 2;

/** Recordings by what they are called. */
class CalledRecordings {
  private readonly byNames = new Map<string, Recording[]>();
  private readonly byArtist = new Map<string, Recording[]>();

  /** By title and artist: by each artist, and by all as one text. */
  constructor(recordings: Iterable<Recording>) {
    for (const recording of recordings) {
      const { title, artists } = recording;
      for (const artist of new Set([...artists, artists.join(' ')].map(nameKey))) {
        put(this.byNames, `${nameKey(title)}\n${artist}`, recording);
        put(this.byArtist, artist, recording);
      }
    }
  }

  named(name: ReportedName | undefined): readonly Recording[] {
    return (name && this.byNames.get(`${nameKey(name.title)}\n${nameKey(name.artist)}`)) ?? [];
  }

  /** Of the same names, and of a similar title of the same artist where the duration is the same. */
  as(name: ReportedName | undefined): Suggestion[] {
    if (name === undefined) return [];
    const isAsLong = ({ duration_seconds: seconds }: Recording): boolean =>
      seconds !== null &&
      name.durationSeconds !== undefined &&
      Math.abs(seconds - name.durationSeconds) <= secondsApart;
    const same = this.named(name).flatMap((recording) =>
      suggested(recording, isAsLong(recording) ? 'same-title-artist-and-duration' : 'same-title-and-artist'),
    );
    const title = nameKey(name.title);
    const similar = (this.byArtist.get(nameKey(name.artist)) ?? [])
      .filter((recording) => isAsLong(recording) && isSimilar(title, nameKey(recording.title)))
      .flatMap((recording) => suggested(recording, 'similar-title-same-duration'));
    return [...same, ...similar];
  }
}

function put(lists: Map<string, Recording[]>, key: string, recording: Recording): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [recording]);
  else known.push(recording);
}

/** One title begins as the other does, word by word ("track", "track radio edit"), or they share most of their words. */
function isSimilar(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  if (`${a} `.startsWith(`${b} `) || `${b} `.startsWith(`${a} `)) return true;
  const [left, right] = [new Set(a.split(' ')), new Set(b.split(' '))];
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared * 3 >= (left.size + right.size - shared) * 2;
}

/** Each recording once, for its best reason. */
function likeliest(suggestions: readonly Suggestion[]): Suggestion[] {
  const order = (why: SuggestionReason): number => suggestionReasons.indexOf(why);
  const sorted = suggestions.toSorted((a, b) => order(a.why) - order(b.why) || (a.isrc < b.isrc ? -1 : 1));
  const seen = new Set<string>();
  return sorted.filter(({ isrc }) => !seen.has(isrc) && seen.add(isrc)).slice(0, suggestionsMax);
}

const suggested = (
  recording: Recording | undefined,
  why: SuggestionReason,
  versionKind: VersionKind | null = null,
): Suggestion[] => {
  if (recording === undefined) return [];
  const { isrc, title, version, artists } = recording;
  return [{ isrc, title, version, artists, why, versionKind }];
};
