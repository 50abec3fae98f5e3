import {
  differingClauses,
  differingValues,
  termsHash,
  type ClauseDifference,
  type LanguageCode,
  type Terms,
  type ValueDifference,
} from '../kernel';
import { hangingLines } from './wrap-text';

export interface TermsDifference {
  readonly equal: boolean;
  readonly differences: readonly ClauseDifference[];
  readonly values: readonly ValueDifference[];
}

export function termsDifference(before: Terms, after: Terms, language: LanguageCode): TermsDifference {
  return {
    equal: termsHash(before) === termsHash(after),
    differences: differingClauses(before, after, language),
    values: differingValues(before, after),
  };
}

/** For people: each clause before and after in words, then value by value. */
export function differenceText({ differences, values }: TermsDifference, width: number): string {
  const clauses = differences.flatMap(({ clause, before, after }) => [
    clause,
    ...(before === null ? [] : hangingLines({ label: '-', text: before, column: 2, width })),
    ...(after === null ? [] : hangingLines({ label: '+', text: after, column: 2, width })),
    '',
  ]);
  return [...clauses, ...values.map(valueLine)].map((line) => `${line}\n`).join('');
}

function valueLine({ pointer, change, before, after }: ValueDifference): string {
  const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
  if (change === 'changed') return `changed ${pointer}: ${was} -> ${is}`;
  return `${change} ${pointer}: ${change === 'added' ? is : was}`;
}
