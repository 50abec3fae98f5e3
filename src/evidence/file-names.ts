import { PROSE_LANGUAGES } from '../kernel';

/** What every version has. */
export const versionFiles: readonly string[] = [
  'manifest.json',
  'terms.json',
  ...PROSE_LANGUAGES.map((language) => `prose.${language}.txt`),
  'schedule-a.txt',
  'signatures.json',
];

/** Under which framework agreement the parties sign. */
export const FRAMEWORK = 'framework.json';

/** What every bundle has beside its versions, its record and the record's seal. */
export const bundleFiles: readonly string[] = ['audit.json', FRAMEWORK, 'life.json'];

export const documentFiles: readonly string[] = PROSE_LANGUAGES.map((language) => `contract.${language}.pdf`);

export const ORIGINAL = 'original.pdf';

const ofVersion = new Set([...versionFiles, ...documentFiles, ORIGINAL]);

/** The version that a file is of, and its name in it; undefined for a file of no version. One spelling: v01 is none. */
export function versionFile(name: string): { number: number; file: string } | undefined {
  const [, number, file] = /^v([1-9]\d{0,5})\/(.+)$/.exec(name) ?? [];
  return number === undefined || file === undefined ? undefined : { number: Number(number), file };
}

/** Whether the format has such a file: what nobody checks must not travel under our seal. */
export function isKnown(name: string): boolean {
  const own = versionFile(name);
  return own === undefined ? bundleFiles.includes(name) : ofVersion.has(own.file);
}
