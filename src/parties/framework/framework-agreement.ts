import { canonicalText, sha256Hex } from '../../kernel';
import { frameworkText1 } from './framework-text-1';

/** What an organization accepts before it signs anything: how agreements come about here and are proved. Clauses in order, the same in each language. */
export interface FrameworkAgreement {
  readonly version: number;
  /** Of the canonical text: what is accepted. */
  readonly sha256: string;
  readonly text: string;
  readonly clauses: Readonly<Record<'en' | 'ru', readonly string[]>>;
}

/** Every text that was ever released, oldest first. */
const released: readonly FrameworkAgreement[] = [frameworkText1].map((content) => {
  const text = canonicalText(content);
  return { version: content.version, sha256: sha256Hex(text), text, clauses: { en: content.en, ru: content.ru } };
});

export const currentFramework: FrameworkAgreement = released.at(-1)!;

/** A mistake of ours where it is none: acceptances name released texts only. */
export function frameworkOf(sha256: string): FrameworkAgreement {
  const found = released.find((one) => one.sha256 === sha256);
  if (found === undefined) throw new Error(`there is no framework agreement ${sha256}`);
  return found;
}
