import { DomainError } from '../errors/domain-error';

/** Whether a request's body is a file that streams in, to be read by its route: everything else arrives parsed. */
export const isStream = (body: unknown): body is NodeJS.ReadableStream & AsyncIterable<Buffer> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

interface WithBody {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a request says that its body is: the media type without parameters, in lower case. */
export const mediaTypeOf = ({ headers }: Pick<WithBody, 'headers'>): string =>
  String(headers['content-type']).split(';')[0]!.trim().toLowerCase();

/** The file of a request as it streams in. Refuses with content-type-unsupported what is none of these types: it was read as something else, or not at all. */
export function fileBody(
  request: WithBody,
  types: readonly string[],
  detail?: string,
): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  if (isStream(request.body) && types.includes(mediaTypeOf(request))) return request.body;
  throw new DomainError('content-type-unsupported', detail);
}
