import { Algorithm, hash, verify } from '@node-rs/argon2';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { TextField } from '../../platform/http/fields';
import { commonPasswords } from './common-passwords';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const cost = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A password that somebody chooses: 8 to 128 characters, no rules about which. */
export const NewPasswordField = (): PropertyDecorator =>
  TextField({ min: 8, max: 128, description: 'at least 8 characters; common passwords and names are refused' });

export const hashPassword = (password: string): Promise<string> => hash(normalized(password), cost);

export const passwordMatches = (passwordHash: string, password: string): Promise<boolean> =>
  verify(passwordHash, normalized(password));

/** Refuses, with a fault at `pointer`, what an attacker tries first: common passwords and what `names` say about the account. */
export function refuseGuessable(password: string, names: readonly string[], pointer: string): void {
  const fault = guessable(password, names);
  if (fault === undefined) return;
  const faults: Fault[] = [{ pointer, ...fault }];
  throw new DomainError('request-invalid', fault.message, faults);
}

function guessable(password: string, names: readonly string[]): Omit<Fault, 'pointer'> | undefined {
  const text = normalized(password).toLowerCase();
  if (text.length < 8) return { code: 'field-min-length', message: 'the password needs at least 8 characters' };
  const stem = stemOf(text);
  const common = commonPasswords.has(text) || commonPasswords.has(stem) || new Set(text).size < 3;
  if (common)
    return { code: 'password-common', message: 'this password is among the first that are tried: choose another' };
  const own = names.flatMap((name) => [name, ...name.split('@').slice(0, 1)]).map((name) => stemOf(name.toLowerCase()));
  if (own.includes(stem))
    return { code: 'password-is-a-name', message: 'the password may not be a name: choose another' };
  return undefined;
}

/** The text without spaces and separators, and without what people append to it: `Polar-Lantern 2026!` is `polarlantern`. */
function stemOf(text: string): string {
  const letters = text.replace(/[\s._-]/g, '');
  return letters.replace(/[^\p{L}]+$/u, '') || letters;
}

/** One password typed on two keyboards is one password. */
const normalized = (password: string): string => password.normalize('NFKC');
