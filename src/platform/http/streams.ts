/** Whether a request's body is a file that streams in, to be read by its route: everything else arrives parsed. */
export const isStream = (body: unknown): body is NodeJS.ReadableStream & AsyncIterable<Buffer> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
