export interface ChangedTrack {
  readonly isrc: string;
  readonly change: 'added' | 'removed';
}

/** What came into a list of recordings and what left it, in ISRC order. Neither list names a recording twice. */
export function changedTracks(before: readonly string[], after: readonly string[]): ChangedTrack[] {
  const [had, has] = [new Set(before), new Set(after)];
  const added = after.filter((isrc) => !had.has(isrc)).map((isrc) => ({ isrc, change: 'added' as const }));
  const removed = before.filter((isrc) => !has.has(isrc)).map((isrc) => ({ isrc, change: 'removed' as const }));
  return [...added, ...removed].sort((one, other) => (one.isrc < other.isrc ? -1 : 1));
}
