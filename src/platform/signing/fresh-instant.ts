const minutes = 5;

/**
 * The instant that somebody signed at by a clock of its own, written in UTC with milliseconds; undefined when written otherwise or further than
 * five minutes from our clock.
 */
export function freshInstant(text: unknown, now: Date): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()) || instant.toISOString() !== text) return undefined;
  return Math.abs(now.getTime() - instant.getTime()) <= minutes * 60_000 ? instant : undefined;
}
