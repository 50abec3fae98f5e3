import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchFile } from './fetch-file';
import { isOutboundAddress } from './outbound-address';

let server: Server;
let origin: string;
let answer: RequestListener;
const asked: { url: string; encoding: string | undefined; cookie: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, encoding: headers['accept-encoding'] as string | undefined, cookie: headers.cookie });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const wanted = { types: ['text/csv'], bytesMax: 10, milliseconds: 5_000 };
const codeOf = (more: object = {}): Promise<string> =>
  fetchFile({ address: `${origin}/rates`, ...wanted, ...more }).then(
    (bytes) => bytes.toString(),
    (error: { code: string }) => error.code,
  );
const answers = (status: number, headers: Record<string, string>, body = ''): void => {
  answer = (_request, response) => void response.writeHead(status, headers).end(body);
};
const csv = { 'content-type': 'text/csv; charset=utf-8' };

it('a file is fetched as it is, up to its last allowed byte', async () => {
  answers(200, csv, '0123456789');
  expect(await codeOf()).toBe('0123456789');
  expect(asked.at(-1)).toEqual({ url: '/rates', encoding: 'identity', cookie: undefined });
});

describe('what is not a plain file is refused', () => {
  it.each([
    ['a redirect, wherever it leads', 302, { ...csv, location: '/elsewhere' }, 'x', 'answer-redirects'],
    ['a redirect to another scheme', 301, { location: 'http://169.254.169.254/latest' }, '', 'answer-redirects'],
    ['a file that is missing', 404, csv, 'x', 'answer-status'],
    ['a part of a file', 206, csv, 'x', 'answer-status'],
    ['another type', 200, { 'content-type': 'text/html' }, 'x', 'answer-type'],
    ['no type', 200, {}, 'x', 'answer-type'],
    ['an encoded file', 200, { ...csv, 'content-encoding': 'gzip' }, 'x', 'answer-encoded'],
    ['a file that says it is larger', 200, { ...csv, 'content-length': '11' }, '01234567890', 'answer-too-large'],
    ['a file that is larger', 200, { ...csv, 'transfer-encoding': 'chunked' }, '01234567890', 'answer-too-large'],
  ])('%s', async (_what, status, headers, body, code) => {
    const before = asked.length;
    answers(status, headers as Record<string, string>, body);
    expect(await codeOf()).toBe(code);
    expect(asked).toHaveLength(before + 1);
  });

  it('one that does not end, and one that does not begin', async () => {
    answer = (_request, response) => void response.writeHead(200, csv).write('0');
    expect(await codeOf({ milliseconds: 100 })).toBe('answer-too-late');
    answer = () => undefined;
    expect(await codeOf({ milliseconds: 100 })).toBe('answer-too-late');
    answer = (request) => void request.socket.destroy();
    expect(await codeOf()).toBe('not-reached');
  });
});

describe('an address', () => {
  it.each([
    ['https://bank.example/rates.csv?day=1', true],
    ['http://127.0.0.1:8080/rates.csv', true],
    ['http://[::1]/rates.csv', true],
    ['http://bank.example/rates.csv', false],
    ['http://localhost/rates.csv', false],
    ['http://127.0.0.1.bank.example/', false],
    ['http://10.0.0.1/', false],
    ['https://user:secret@bank.example/', false],
    ['https://bank.example/#part', false],
    ['file:///etc/passwd', false],
    ['ftp://bank.example/', false],
    ['data:text/csv,Date', false],
    ['bank.example', false],
    [`https://bank.example/${'a'.repeat(2_000)}`, false],
  ])('%s may be fetched from: %s', async (address, allowed) => {
    expect(isOutboundAddress(address)).toBe(allowed);
    if (!allowed) expect(await codeOf({ address })).toBe('address-not-allowed');
  });
});
