import { LICENSED_RUNG, REFUSAL_REASONS } from '../kernel';
import type { ClearanceAnswer, PlainAnswer, VersionAnswer } from './answers';

/** One recording that was meant or may have been, and its answer. */
export interface Looked {
  /** Undefined where no recording is meant. */
  readonly isrc: string | undefined;
  readonly answer: PlainAnswer;
  /** Whether agreements name it to the platform, in whatever way. */
  readonly isNamed: boolean;
  /** Of a yes: until when it holds, in milliseconds since 1970. */
  readonly trueUntil: number;
}

/** An answer, and the recording whose it is. */
export interface Told {
  readonly isrc: string | undefined;
  readonly answer: ClearanceAnswer;
}

/**
 * The answer where the recording is one of several, the parent first, and which is not known: that of the one that is licensed least. So a yes holds for all, as long as it says, and a no says
 * what is missing first. A version that no agreement names is not the platform's to hear of: its answer is told, and not whose it is.
 */
export function ofSomeVersion(possible: readonly Looked[], detail: boolean): Told {
  const least = possible.reduce((found, one) => (isLess(one, found) ? one : found));
  const { isrc, answer } = least;
  const isTold = isrc !== undefined && (least.isNamed || least === possible[0]);
  const versions = possible.flatMap((one, place) => (one.isNamed || place === 0 ? versionAnswer(one) : []));
  return {
    isrc,
    answer: { ...lastingAll(answer, possible), ...(isTold ? { isrc } : {}), ...(detail ? { versions } : {}) },
  };
}

/** A yes ends with the first of them, also where a pause of another one ends its own sooner. */
function lastingAll(answer: PlainAnswer, possible: readonly Looked[]): PlainAnswer {
  if (!answer.licensed) return answer;
  const ends = possible.map((one) => (one.answer.licensed ? one.answer.until : answer.until));
  return { ...answer, until: ends.reduce((first, end) => (end < first ? end : first)) };
}

function isLess(one: Looked, other: Looked): boolean {
  const [mine, theirs] = [rungOf(one.answer), rungOf(other.answer)];
  return mine < theirs || (mine === theirs && mine === LICENSED_RUNG && one.trueUntil < other.trueUntil);
}

const rungOf = (answer: PlainAnswer): number =>
  answer.licensed ? LICENSED_RUNG : REFUSAL_REASONS.indexOf(answer.reason);

function versionAnswer({ isrc, answer }: Looked): VersionAnswer[] {
  if (isrc === undefined) return [];
  return [answer.licensed ? { isrc, licensed: true } : { isrc, licensed: false, reason: answer.reason }];
}
