import { expiryOf, watchOf } from './expiry';

const at = new Date('2026-01-05T09:00:00Z');
const day = 86_400_000;
const after = (milliseconds: number): Date => new Date(at.getTime() + milliseconds);
const codeOf = (wanted: string): string | undefined => {
  try {
    expiryOf(wanted, at);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('until when a revision stands', () => {
  it('is ninety days on where the proposer does not say', () => {
    expect(expiryOf(undefined, at).toISOString()).toBe('2026-04-05T09:00:00.000Z');
  });

  it('is what the proposer says, in any zone, from an hour to 365 days on', () => {
    expect(expiryOf('2026-02-01T00:00:00+03:00', at).toISOString()).toBe('2026-01-31T21:00:00.000Z');
    expect(codeOf(after(3_600_000).toISOString())).toBeUndefined();
    expect(codeOf(after(3_599_999).toISOString())).toBe('expiry-out-of-bounds');
    expect(codeOf('2025-12-31T00:00:00Z')).toBe('expiry-out-of-bounds');
    expect(codeOf(after(365 * day).toISOString())).toBeUndefined();
    expect(codeOf(after(365 * day + 1).toISOString())).toBe('expiry-out-of-bounds');
  });

  it('is an instant that exists', () => {
    expect(codeOf('2026-02-30T00:00:00Z')).toBe('request-invalid');
    expect(codeOf('2026-02-03T25:00:00Z')).toBe('request-invalid');
  });
});

describe('the watch over a revision', () => {
  const stands = { proposedAt: at, expiresAt: after(90 * day) };

  it('reminds a week and a day before the end, and then ends it', () => {
    expect(watchOf(stands, at)).toEqual({ due: undefined, next: after(83 * day) });
    expect(watchOf(stands, after(83 * day - 1))).toEqual({ due: undefined, next: after(83 * day) });
    expect(watchOf(stands, after(83 * day))).toEqual({ due: 7, next: after(89 * day) });
    expect(watchOf(stands, after(89 * day))).toEqual({ due: 1, next: after(90 * day) });
    expect(watchOf(stands, after(90 * day))).toEqual({ due: 'expiry', next: undefined });
  });

  it('does not make up for a reminder that was missed', () => {
    expect(watchOf(stands, after(89.5 * day)).due).toBe(1);
    expect(watchOf(stands, after(400 * day)).due).toBe('expiry');
  });

  it('leaves out a reminder that would come with the proposal', () => {
    const short = { proposedAt: at, expiresAt: after(2 * day) };
    expect(watchOf(short, at)).toEqual({ due: undefined, next: after(day) });
    expect(watchOf(short, after(day / 2)).due).toBeUndefined();
    expect(watchOf({ proposedAt: at, expiresAt: after(7 * day) }, at)).toEqual({
      due: undefined,
      next: after(6 * day),
    });
    expect(watchOf({ proposedAt: at, expiresAt: after(3_600_000) }, at).next).toEqual(after(3_600_000));
  });
});
