import type { Parameters } from './form';
import { invalidParameter, noSuch } from './refusal';
import type { Listed } from './store';

export const pagingParameters = ['limit', 'starting_after', 'ending_before', 'expand'] as const;

/** One page in Stripe's manner: newest first, cursors by id, `has_more` in the direction of travel. `rows` come oldest first. */
export function page<Row extends { id: string }>(
  rows: readonly Row[],
  parameters: Parameters,
  url: string,
): Listed<Row> {
  const limit = parameters.whole('limit') ?? 10;
  if (limit < 1 || limit > 100)
    throw invalidParameter('parameter_invalid_integer', 'Limit must be from 1 to 100.', 'limit');
  const [after, before] = [parameters.text('starting_after'), parameters.text('ending_before')];
  if (after !== undefined && before !== undefined) {
    throw invalidParameter('parameter_invalid', 'Give either starting_after or ending_before.', 'ending_before');
  }
  const newest = rows.toReversed();
  if (before !== undefined) {
    const end = position(newest, before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: newest.slice(start, end), has_more: start > 0, url };
  }
  const start = after === undefined ? 0 : position(newest, after, 'starting_after') + 1;
  return { object: 'list', data: newest.slice(start, start + limit), has_more: newest.length > start + limit, url };
}

function position(rows: readonly { id: string }[], id: string, name: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) throw noSuch('object', id, name);
  return index;
}

/** `created=…` or `created[gte]=…` and its like, over rows with a `created` in seconds. */
export function createdWithin<Row extends { created: number }>(rows: readonly Row[], parameters: Parameters): Row[] {
  if (!parameters.has('created')) return [...rows];
  const range = parameters.branch('created');
  const exact = ['gt', 'gte', 'lt', 'lte'].some((bound) => range.has(bound)) ? undefined : parameters.whole('created');
  const [gt, gte, lt, lte] = [range.whole('gt'), range.whole('gte'), range.whole('lt'), range.whole('lte')];
  return rows.filter(
    ({ created }) =>
      created === (exact ?? created) &&
      created > (gt ?? -Infinity) &&
      created >= (gte ?? -Infinity) &&
      created < (lt ?? Infinity) &&
      created <= (lte ?? Infinity),
  );
}
