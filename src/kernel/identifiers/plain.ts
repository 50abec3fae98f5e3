/** More is no identifier of any kind: it is not looked at. */
const WRITTEN_MAX = 60;

/** Capitals without blanks, hyphens and dots, which identifiers are printed with; '' where the text is far too long. */
export const plainIdentifier = (written: string): string =>
  written.length > WRITTEN_MAX ? '' : written.toUpperCase().replace(/[\s.-]/g, '');
