import { problemAfter, withTakenBack } from './taken-back';

describe('what was taken back of a payout in part', () => {
  const refused = 'the bank refused: account_closed: It is closed.';

  it('stays known whatever is told of it before or after', () => {
    const noted = withTakenBack(null, 1n, 9_500n);
    expect(noted).toBe('the provider took back 1 of 9500');
    expect(withTakenBack(noted, 7n, 9_500n)).toBe('the provider took back 7 of 9500');
    expect(withTakenBack('the provider took back 7 of 9500', 1n, 9_500n)).toBe('the provider took back 7 of 9500');
    expect(problemAfter(noted, null)).toBe(noted);
    const both = `${noted}; ${refused}`;
    expect(problemAfter(noted, refused)).toBe(both);
    expect(withTakenBack(refused, 1n, 9_500n)).toBe(both);
    expect(problemAfter(both, null)).toBe(noted);
    expect(problemAfter(both, refused)).toBe(both);
  });

  it('is nothing where nothing was', () => {
    expect(problemAfter(null, null)).toBeNull();
    expect(problemAfter(refused, null)).toBeNull();
    expect(problemAfter(refused, refused)).toBe(refused);
  });
});
