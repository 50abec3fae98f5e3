import type { Fault } from '../../kernel';

/** A package's name as it is kept and compared. */
export const tidyName = (name: string): string => name.normalize('NFC').trim();

/** A name of blanks only is none. */
export const nameFaults = (name: string): Fault[] =>
  tidyName(name) === '' ? [{ pointer: '/name', code: 'field-blank', message: 'name must not be blank' }] : [];

/** A kept name in a cursor. */
export const packageNameKey = /^[^\0]{1,1500}$/;
