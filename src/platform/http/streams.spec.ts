import { Readable } from 'node:stream';
import { fileBody } from './streams';

const body: unknown = Readable.from([]);
const sent = (type: string | undefined, what = body): unknown =>
  fileBody({ headers: { 'content-type': type }, body: what }, ['text/csv', 'text/xml']);

describe('a file as the body of a request', () => {
  it.each(['text/csv', 'Text/CSV', 'text/xml; charset=utf-8', 'text/csv ;header=present'])('is taken as %s', (type) => {
    expect(sent(type)).toBe(body);
  });

  it.each(['text/csv-schema', 'text/plain', '', undefined])('is refused as %s', (type) => {
    expect(() => sent(type)).toThrow(expect.objectContaining({ code: 'content-type-unsupported' }));
  });

  it('is refused where it was read as something else', () => {
    expect(() => sent('text/csv', { parsed: true })).toThrow(
      expect.objectContaining({ code: 'content-type-unsupported' }),
    );
  });
});
