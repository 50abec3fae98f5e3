import { ENGLISH } from './english';
import { type Language, type LanguageCode } from './language';
import { RUSSIAN } from './russian';

export const LANGUAGES: Readonly<Record<LanguageCode, Language>> = { en: ENGLISH, ru: RUSSIAN };
