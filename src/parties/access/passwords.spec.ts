import { hashPassword, passwordMatches, refuseGuessable } from './passwords';

const refusalOf = (
  password: string,
  names: string[] = ['Polar Lantern Records', 'Ada Lind', 'ada.lind@example.org'],
): string | undefined => {
  try {
    refuseGuessable(password, names, '/password');
    return undefined;
  } catch (error) {
    return (error as { faults: { code: string }[] }).faults[0]?.code;
  }
};

describe('a chosen password', () => {
  it.each([
    'password',
    'PASSWORD',
    'Password123!',
    'qwertyuiop',
    '12345678',
    'aaaaaaaa',
    'abababab',
    'Summer2026!',
    'p@ssw0rd',
    'trustno1',
    'iloveyou 99',
  ])('is refused when it is among the first that are tried: %s', (password) =>
    expect(refusalOf(password)).toBe('password-common'),
  );

  it.each([
    'polarlanternrecords',
    'Polar Lantern Records',
    'polar-lantern-records 2026',
    'ada.lind1990',
    'ADA LIND 77',
  ])('is refused when it is a name of the account: %s', (password) =>
    expect(refusalOf(password)).toBe('password-is-a-name'),
  );

  it('is refused when its canonical form is too short', () => {
    // Four code points that NFKC composes into fewer than eight characters.
    expect(refusalOf('e\u0301e\u0301e\u0301e\u0301')).toBe('field-min-length');
  });

  it.each(['correct horse lantern 7', 'мелодия северного льда', 'xk2!9-fjord', '83920175'])(
    'is accepted otherwise: %s',
    (password) => expect(refusalOf(password)).toBeUndefined(),
  );
});

describe('a password hash', () => {
  it('is argon2id with 19 MiB, two passes, one lane', async () => {
    expect(await hashPassword('xk2!9-fjord')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('matches its password only, however the keyboard composed it', async () => {
    const hash = await hashPassword('fjörd-xk2!9');
    expect(await passwordMatches(hash, 'fjo\u0308rd-xk2!9')).toBe(true);
    expect(await passwordMatches(hash, 'fjord-xk2!9')).toBe(false);
  });
});
