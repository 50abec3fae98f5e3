import { IntersectionType, OmitType } from '@nestjs/swagger';
import { type Fault, isTerritory, isUseType } from '../../kernel';
import { ChoiceField, IntegerField, IntegerParameter, TextField } from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/paging';
import { isLanguage } from '../catalogue-row';
import type { Wanted } from './search.repository';

/** Whatever a facet shows of a catalogue file can be asked for. */
const nameMost = 500;
const yearLimits = { min: 1900, max: 2099, optional: true, description: 'of the phonogram line' };
const lengthLimits = { min: 0, max: 1_000_000, optional: true, description: 'seconds' };

/** What may be asked of recordings, as parameters of an address. */
export class FacetsQuery {
  @TextField({
    optional: true,
    description: 'words of title, version, artists and label, in any script, nearly as spelled',
  })
  readonly q?: string;
  @TextField({ max: nameMost, optional: true, description: 'the whole name' }) readonly artist?: string;
  @TextField({ max: nameMost, optional: true }) readonly genre?: string;
  @TextField({ max: nameMost, optional: true, description: 'the label as it is told of the recording' })
  readonly label?: string;
  @TextField({
    max: 35,
    optional: true,
    example: 'pt',
    description:
      'the tag of the language of the performance; it stands for longer ones that begin with it: pt for pt-BR',
  })
  readonly language?: string;
  @IntegerParameter(yearLimits) readonly year?: number;
  @IntegerParameter(lengthLimits) readonly shortest?: number;
  @IntegerParameter(lengthLimits) readonly longest?: number;
  @TextField({ max: 10, optional: true, description: 'only what an open listing offers for this territory' })
  readonly territory?: string;
  @TextField({ max: 60, optional: true, description: 'only what an open listing offers for this use' })
  readonly use?: string;
}

export class SearchQuery extends IntersectionType(FacetsQuery, PageQuery) {
  @ChoiceField(['json', 'csv'], {
    optional: true,
    description: 'csv: all rows at once; `Accept: text/csv` asks for the same',
  })
  readonly format?: 'json' | 'csv';
}

/** The same in a body, where numbers are numbers: what is asked for and kept. */
export class RecordingQuery extends OmitType(FacetsQuery, ['year', 'shortest', 'longest']) {
  @IntegerField(yearLimits) readonly year?: number;
  @IntegerField(lengthLimits) readonly shortest?: number;
  @IntegerField(lengthLimits) readonly longest?: number;
}

/** The codes that are none of ours, each with its place below `within`. */
export function queryFaults({ territory, use, language }: FacetsQuery, within = ''): Fault[] {
  return [
    ...(territory === undefined || isTerritory(territory) ? [] : [unknownCode('territory', within)]),
    ...(use === undefined || isUseType(use) ? [] : [unknownCode('use', within)]),
    ...(language === undefined || isLanguage(language)
      ? []
      : [{ pointer: `${within}/language`, code: 'language-malformed', message: 'write a tag: ru, pt-BR' }]),
  ];
}

const unknownCode = (name: 'territory' | 'use', within: string): Fault => ({
  pointer: `${within}/${name}`,
  code: `${name}-unknown`,
  message: `is no ${name} that we know`,
});

/** What a query without faults looks for; where something is to be had is the scope's question. */
export function wantedBy({ q, artist, genre, label, language, year, shortest, longest }: FacetsQuery): Wanted {
  const wholes = Object.entries({ a: artist, g: genre, l: label, n: language, d: year });
  return {
    typed: q ?? null,
    wholes: wholes.flatMap(([letter, value]) => (value === undefined ? [] : [`${letter}=${value}`])),
    shortest: shortest ?? null,
    longest: longest ?? null,
  };
}
