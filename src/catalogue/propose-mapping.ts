import { isIsrc, normaliseIsrc } from '../kernel';
import { allColumns, type Column } from './catalogue-row';
import { type CatalogueMapping, type Delimiter, delimiters } from './mapping';

/** Names that people give to such columns, lower-case letters and digits only. */
const usual: Readonly<Record<Column, RegExp>> = {
  isrc: /^(isrc|isrccode|trackisrc|recordingisrc|кодisrc)$/,
  title: /^(title|tracktitle|trackname|track|song|songtitle|recordingtitle|название|названиетрека)$/,
  version: /^(version|versiontitle|trackversion|mix|mixname|subtitle|версия)$/,
  artists:
    /^(artists?|artistnames?|trackartists?|displayartist|mainartist|performers?|исполнители?|исполнитель|артист)$/,
  duration: /^(duration|length|tracklength|time|durationseconds|длительность|хронометраж)$/,
  release: /^(release|releasetitle|releasename|album|albumtitle|albumname|альбом|релиз)$/,
  upc: /^(upc|ean|upcean|gtin|barcode|icpn|albumupc|releaseupc|штрихкод)$/,
  p_line: /^(pline|℗|phonogramline|pcopyright|phonographiccopyright)$/,
  genre: /^(genre|maingenre|primarygenre|жанр)$/,
  parent_isrc: /^(parentisrc|originalisrc)$/,
  parent_kind: /^(parentkind|versionkind)$/,
  label: /^(label|labelname|recordlabel|imprint|лейбл)$/,
  catalogue_number: /^(catalogue?number|catalogue?no|catalogue?|catno|cat|каталожныйномер)$/,
  release_date: /^(releasedate|releasedon|digitalreleasedate|датарелиза)$/,
  language: /^(language|lang|tracklanguage|audiolanguage|languageofperformance|язык|языкисполнения)$/,
};

const plain = (name: string): string =>
  name
    .replace(/^\/.*\//, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}℗]/gu, '');

export interface Beginning {
  readonly form: CatalogueMapping['form'];
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  /** Cells of a few rows, in the order of the header. */
  readonly rows: readonly (readonly string[])[];
}

/** A mapping as far as names and a few rows tell it: what is missing the label adds. */
export function proposeMapping({ form, delimiter, header, rows }: Beginning): CatalogueMapping {
  const columns: Partial<Record<Column, string>> = {};
  const taken = new Set<string>();
  const take = (column: Column, name: string | undefined): void => {
    if (name === undefined || name === '' || taken.has(name)) return;
    columns[column] = name;
    taken.add(name);
  };
  // Our own names first: "release" is a title to us, whatever it may be to others.
  for (const column of allColumns)
    take(
      column,
      header.find((name) => name.trim().toLowerCase() === column),
    );
  for (const column of allColumns) {
    if (columns[column] !== undefined) continue;
    take(
      column,
      header.find((name) => !taken.has(name) && usual[column].test(plain(name))),
    );
  }
  if (columns.isrc === undefined) {
    const isIsrcs = (place: number): boolean =>
      rows.length > 0 && rows.every((row) => isIsrc(normaliseIsrc(row[place] ?? '')));
    take('isrc', header[header.findIndex((name, place) => !taken.has(name) && isIsrcs(place))]);
  }
  dropHalves(columns);
  return { form, delimiter, columns, artistsSeparator: separatorOf(header.indexOf(columns.artists ?? ''), rows) };
}

/** What goes with something else tells nothing without it. */
function dropHalves(columns: Partial<Record<Column, string>>): void {
  for (const [one, other] of [
    ['release', 'upc'],
    ['upc', 'release'],
    ['catalogue_number', 'upc'],
    ['release_date', 'upc'],
    ['parent_isrc', 'parent_kind'],
    ['parent_kind', 'parent_isrc'],
  ] as const)
    if (columns[other] === undefined) delete columns[one];
}

/** A comma is never guessed: it is part of names. */
function separatorOf(place: number, rows: Beginning['rows']): string {
  const cells = rows.map((row) => row[place] ?? '');
  return ['|', ';', ' / '].find((separator) => cells.some((cell) => cell.includes(separator))) ?? '|';
}

/** The delimiter that a header has most of. */
export function delimiterOf(header: string): Delimiter {
  const counts = delimiters.map((delimiter) => header.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}
