import { csvRow } from '../../platform/http/csv';
import { allColumns, type Column } from '../catalogue-row';
import type { MappingForm } from '../mapping';

const example: Readonly<Record<Column, string>> = {
  isrc: 'ZZA012600001',
  title: 'Northern Ice',
  version: 'Live',
  artists: 'Ana Bel|Kor',
  duration: '3:35',
  release: 'Ice',
  upc: '2000000000015',
  p_line: '2026 Northport',
  genre: 'Pop',
  parent_isrc: 'ZZA012500001',
  parent_kind: 'live',
  label: 'Northport',
  catalogue_number: 'NP-001',
  release_date: '2026-01-30',
  language: 'en',
};

/** A catalogue file with every column and one recording. */
export function templateOf(form: MappingForm): string {
  if (form === 'csv') return csvRow(allColumns) + csvRow(allColumns.map((column) => example[column]));
  return `${JSON.stringify({ ...example, artists: example.artists.split('|') })}\n`;
}
