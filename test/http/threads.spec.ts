import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { eventsAbout } from '../support/events';
import { type Market, openMarket, outcome, type Refused } from '../support/market';

interface MessageAnswer {
  readonly number: number;
  readonly authorId: string;
  readonly text: string;
  readonly writtenBy: string;
}
interface AttachmentAnswer {
  readonly id: string;
  readonly number: number;
  readonly fileName: string;
  readonly mediaType: string;
}
interface Entry {
  readonly kind: string;
  readonly revision?: { readonly number: number };
  readonly message?: MessageAnswer;
  readonly attachment?: AttachmentAnswer;
  readonly note?: { readonly number: number; readonly text: string };
}

let app: TestApp;
let market: Market;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
});
afterAll(() => app.close());

const at = (id: string, rest: string): string => `/v1/negotiations/${id}/${rest}`;
const say = (client: ApiClient, id: string, text: string): Promise<MessageAnswer> =>
  client.post(at(id, 'messages'), { text });

const pdf = '%PDF-1.7\nterms in print';
interface Sent {
  readonly type?: string;
  readonly content?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly query?: string;
  readonly key?: string;
}

/** Attaches a small PDF, unless it is told otherwise. */
function attach(
  client: ApiClient,
  id: string,
  { type = 'application/pdf', content = pdf, query = 'fileName=Annex%20A.pdf', ...rest }: Sent = {},
): Promise<ApiAnswer<AttachmentAnswer & Partial<Refused>>> {
  return client.request('POST', `${at(id, 'attachments')}?${query}`, { file: { type, content }, ...rest });
}

const result = ({ status, body }: ApiAnswer<Partial<Refused>>): string => `${status} ${body.code ?? ''}`.trim();
const tick = (): void => app.clock.moveTo(new Date(app.clock.now().getTime() + 1000));

describe('messages', () => {
  it('are numbered facts that both parties read, with who wrote them', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const first = await say(label.as, id, 'Two services?\nOr three?');
    expect(first).toMatchObject({
      number: 1,
      authorId: label.organizationId,
      text: 'Two services?\nOr three?',
      writtenBy: `member:${label.memberId}`,
      writtenAt: expect.any(String) as string,
    });
    const second = await say(platform.as, id, 'Three.');
    for (const party of [label, platform]) expect(await party.as.all(at(id, 'messages'))).toEqual([first, second]);
    const page = await label.as.get<{ rows: object[]; next: string }>(at(id, 'messages?limit=1'));
    const rest = await label.as.get<{ rows: object[]; next: null }>(at(id, `messages?cursor=${page.next}`));
    expect([page.rows, rest]).toEqual([[first], { rows: [second], next: null }]);
  });

  it('are news to the other side, without their text', async () => {
    const { label, platform, negotiation } = await openMarket(app, 1);
    const { id } = await negotiation();
    await say(label.as, id, 'Secret sauce.');
    const written = { topic: 'negotiation.message-written', payload: { message: 1 } };
    await say(platform.as, id, 'Thanks.');
    // The answer is the sign that the news before it is out as well.
    expect((await eventsAbout(platform.as, id, 2)).slice(1)).toEqual([written]);
    expect((await eventsAbout(label.as, id, 2)).slice(1)).toEqual([{ ...written, payload: { message: 2 } }]);
  });

  it('can be written after the end too', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    await label.as.post(at(id, 'withdrawal'), {});
    expect(await say(platform.as, id, 'What a pity.')).toMatchObject({ number: 1 });
  });

  it('get each its number when many are written at once', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const written = await Promise.all(
      Array.from({ length: 12 }, (_, index) => say(index % 2 ? label.as : platform.as, id, `${index}`)),
    );
    expect(written.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from(written, (_, n) => n + 1));
  });

  it('request-invalid: are text, not too much of it, and nothing else', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    for (const body of [{}, { text: '' }, { text: 'x'.repeat(10_001) }, { text: 'a\u0000' }, { text: 1 }]) {
      for (const kind of ['messages', 'notes']) {
        expect([kind, body, await outcome(label.as, 'POST', at(id, kind), body)]).toEqual([
          kind,
          body,
          '400 request-invalid',
        ]);
      }
    }
    expect(await say(label.as, id, 'x'.repeat(10_000))).toMatchObject({ number: 1 });
  });

  it('limit-reached: are not without end, and one party cannot use up the other’s', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const superuser = await app.superuser();
    await superuser.query(
      `INSERT INTO negotiation_messages (negotiation_id, number, label_id, platform_id, author_id, text, written_by, written_at)
       SELECT $1, n, $2, $3, $2, 'x', 'test', now() FROM generate_series(1, 5000) AS n`,
      [id, label.organizationId, platform.organizationId],
    );
    await superuser.query(
      `INSERT INTO negotiation_notes (negotiation_id, owner_id, number, text, written_by, written_at)
       SELECT $1, $2, n, 'x', 'test', now() FROM generate_series(1, 5000) AS n`,
      [id, label.organizationId],
    );
    await superuser.end();
    for (const kind of ['messages', 'notes']) {
      expect(await outcome(label.as, 'POST', at(id, kind), { text: 'One more.' })).toBe('409 limit-reached');
      expect(await outcome(platform.as, 'POST', at(id, kind), { text: 'One more.' })).toBe('201');
    }
  });
});

describe('notes', () => {
  it('are numbered facts of one party, whatever the other writes', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    await platform.as.post(at(id, 'notes'), { text: 'They would take less.' });
    const note = await label.as.post(at(id, 'notes'), { text: 'Never below 0.002.' });
    expect(note).toMatchObject({ number: 1, text: 'Never below 0.002.', writtenBy: `member:${label.memberId}` });
    expect(await label.as.all(at(id, 'notes'))).toEqual([note]);
    expect(await (await app.given.colleague(label, ['reader'])).all(at(id, 'notes'))).toEqual([note]);
    expect((await platform.as.request('GET', at(id, 'notes'))).text).not.toContain('0.002');
    expect((await platform.as.request('GET', '/v1/events?limit=1000')).text).not.toContain('note');
  });
});

describe('attachments', () => {
  const zip = Buffer.from('504b0304', 'hex');
  const office = 'application/vnd.openxmlformats-officedocument';
  it.each([
    ['application/pdf', 'a.pdf', pdf],
    ['APPLICATION/PDF; x=y', 'a.PDF', pdf],
    ['image/png', 'a.png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['image/jpeg', 'a.jpeg', Buffer.from('ffd8ffe0', 'hex')],
    ['text/csv', 'a.csv', 'isrc\n'],
    ['text/plain; charset=utf-8', 'a.txt', 'Привет'],
    [`${office}.spreadsheetml.sheet`, 'a.xlsx', zip],
    [`${office}.wordprocessingml.document`, 'a.docx', zip],
    ['application/zip', 'a.zip', zip],
  ])('of type %s are saved by both parties as they came', async (type, fileName, content) => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const attached = await attach(platform.as, id, { type, content, query: `fileName=${fileName}` });
    const mediaType = type.split(';')[0]!.toLowerCase();
    expect([attached.status, attached.body]).toEqual([
      201,
      expect.objectContaining({
        number: 1,
        authorId: platform.organizationId,
        fileName,
        mediaType,
        bytes: String(Buffer.byteLength(content)),
        sha256: createHash('sha256').update(content).digest('hex'),
        attachedBy: `member:${platform.memberId}`,
      }),
    ]);
    for (const party of [label, platform]) {
      expect(await party.as.all(at(id, 'attachments'))).toEqual([attached.body]);
      const answer = await party.as.request('GET', at(id, `attachments/${attached.body.id}/content`));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, mediaType]);
      expect(answer.text).toBe(new TextDecoder().decode(Buffer.from(content)));
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('go with a message or a revision that is there', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    await say(label.as, id, 'See the annex.');
    const attached = await attach(label.as, id, { query: 'fileName=a.pdf&message=1&revision=1' });
    expect(attached.body).toMatchObject({ message: 1, revision: 1 });
    for (const query of ['message=2', 'revision=2']) {
      expect(result(await attach(label.as, id, { query: `fileName=a.pdf&${query}` }))).toBe('404 not-found');
    }
    for (const query of ['message=0', 'revision=x', 'surprise=1']) {
      expect(result(await attach(label.as, id, { query: `fileName=a.pdf&${query}` }))).toBe('400 request-invalid');
    }
  });

  it('keep their names, which every client can save them by', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const fileName = `Договор (проект) – “v2” 100% it's *not* final;.pdf`.replaceAll('*', '!');
    const { body } = await attach(label.as, id, { query: `fileName=${encodeURIComponent(fileName)}` });
    expect(body.fileName).toBe(fileName);
    const { headers } = await platform.as.request('GET', at(id, `attachments/${body.id}/content`));
    const [, fallback, encoded] =
      /^attachment; filename="([0-9a-z.-]+)"; filename\*=UTF-8''([\w.%~!$&+^`|-]+)$/.exec(
        headers.get('content-disposition')!,
      ) ?? [];
    expect([fallback, decodeURIComponent(encoded!)]).toEqual([`${body.id}.pdf`, fileName]);
    // What no UTF-8 text is encoded as is a name as it stands.
    expect((await attach(label.as, id, { query: 'fileName=%ff.pdf' })).body.fileName).toBe('%ff.pdf');
  });

  it('request-invalid: are refused under names that mean more than a name', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    const odd = [
      '',
      '.pdf',
      '..',
      '../a.pdf',
      '..\\a.pdf',
      '/etc/a.pdf',
      'C:a.pdf',
      'a.pdf:stream.pdf',
      'a\u0000.pdf',
      'a\r\nSet-Cookie: x=y.pdf',
      'a\t.pdf',
      'a\u007f.pdf',
      'a\u0085.pdf',
      'a\u2028.pdf',
      'gpj.\u202efdp.pdf',
      'a\u200b.pdf',
      '\ufeffa.pdf',
      'a".pdf',
      'a<b>.pdf',
      'a|b.pdf',
      'a?.pdf',
      'a*.pdf',
      ' a.pdf',
      'a.pdf ',
      'a.pdf.',
      `${'x'.repeat(197)}.pdf`,
      `${'x'.repeat(10_000)}.pdf`,
    ];
    const endings = ['a.exe', 'a.pdf.exe', 'pdf', 'apdf', 'a.html'];
    const refusals: string[] = [];
    for (const name of [...odd, ...endings]) {
      const answer = await attach(label.as, id, { query: `fileName=${encodeURIComponent(name)}` });
      expect([name, result(answer), answer.body.faults?.[0]?.pointer]).toEqual([
        name,
        '400 request-invalid',
        '/fileName',
      ]);
      refusals.push(answer.body.faults!.at(-1)!.code);
    }
    expect(refusals.slice(-endings.length)).toEqual(endings.map(() => 'field-ending'));
    for (const query of ['', 'fileName=a.pdf&fileName=b.pdf', 'file=a.pdf']) {
      expect([query, (await attach(label.as, id, { query })).status]).toEqual([query, 400]);
    }
    expect(await label.as.all(at(id, 'attachments'))).toEqual([]);
  });

  it('content-type-unsupported: are of the kinds listed, in type as in their first bytes', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    for (const [type, name, content] of [
      ['text/html', 'a.html', '<script>'],
      ['image/svg+xml', 'a.svg', '<svg/>'],
      ['application/octet-stream', 'a.pdf', pdf],
      ['text/tab-separated-values', 'a.csv', 'a'],
      ['application/json', 'a.pdf', '{}'],
      ['application/x-msdownload', 'a.pdf', pdf],
      ['application/pdf', 'a.pdf', '<script>alert(1)</script>'],
      ['application/pdf', 'a.pdf', '%PD'],
      ['image/png', 'a.png', pdf],
      ['application/zip', 'a.zip', 'MZ'],
    ] as const) {
      const answer = await attach(label.as, id, { type, content, query: `fileName=${name}` });
      expect([type, name, result(answer)]).toEqual([type, name, '415 content-type-unsupported']);
    }
    const nothing = Readable.from([]);
    const empty = await attach(label.as, id, { type: 'text/plain', content: nothing, query: 'fileName=a.txt' });
    expect(result(empty)).toBe('400 request-invalid');
    expect(await label.as.all(at(id, 'attachments'))).toEqual([]);
  });

  it('body-too-large: are at most 25 MiB, and what is more leaves nothing behind', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const megabytes = async function* (count: number): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < count; sent += 1) yield chunk;
    };
    const text = { type: 'text/plain', query: 'fileName=a.txt' };
    expect((await attach(label.as, id, { ...text, content: megabytes(25) })).status).toBe(201);
    // A client may see the connection close before it reads the refusal.
    const refused = await attach(label.as, id, { ...text, content: megabytes(26) }).then(result, () => 'closed');
    expect(['413 body-too-large', 'closed']).toContain(refused);
    expect(await label.as.all(at(id, 'attachments'))).toHaveLength(1);
    expect(await readdir(join(app.parts.storage.folder, 'incoming'))).toEqual([]);
  });

  it('are attached once: a repeated request gets the first answer, and another file under its key is refused', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    const key = randomUUID();
    const [first, again] = [await attach(label.as, id, { key }), await attach(label.as, id, { key })];
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(result(await attach(label.as, id, { key, content: `${pdf}!` }))).toBe('422 idempotency-key-reused');
    expect(result(await attach(label.as, id, { key, query: 'fileName=B.pdf' }))).toBe('422 idempotency-key-reused');
    expect(await label.as.all(at(id, 'attachments'))).toHaveLength(1);
  });

  it('limit-reached: are a hundred of a party', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const superuser = await app.superuser();
    await superuser.query(
      `INSERT INTO negotiation_attachments (negotiation_id, number, label_id, platform_id, author_id, file_name, media_type, bytes, sha256, attached_by, attached_at)
       SELECT $1, n, $2, $3, $2, 'a.pdf', 'application/pdf', 1, repeat('0', 64), 'test', now() FROM generate_series(1, 99) AS n`,
      [id, label.organizationId, platform.organizationId],
    );
    await superuser.end();
    const outcomes = await Promise.all(Array.from({ length: 4 }, async () => result(await attach(label.as, id))));
    expect(outcomes.sort()).toEqual(['201', '409 limit-reached', '409 limit-reached', '409 limit-reached']);
    expect((await attach(platform.as, id)).status).toBe(201);
  });

  it('are news to the other side by their hash, not by their name', async () => {
    const { label, platform, negotiation } = await openMarket(app, 1);
    const { id } = await negotiation();
    const { body } = await attach(label.as, id);
    expect((await eventsAbout(platform.as, id, 2)).at(-1)).toMatchObject({
      topic: 'negotiation.file-attached',
      payload: { attachmentId: body.id, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    expect((await platform.as.request('GET', '/v1/events?limit=1000')).text).not.toContain('Annex');
  });
});

describe('the thread', () => {
  const shown = ({ kind, revision, message, attachment, note }: Entry): string =>
    `${kind} ${(revision ?? message ?? attachment ?? note)!.number}`;

  it('is everything in one order, own notes among it, page by page', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    const steps: (() => Promise<unknown>)[] = [
      () => say(label.as, id, 'Here is our offer.'),
      () => platform.as.post(at(id, 'notes'), { text: 'Dear.' }),
      () => attach(platform.as, id),
      () => platform.as.post(at(id, 'revisions'), { terms: terms(), basedOn: 1 }),
      () => label.as.post(at(id, 'notes'), { text: 'Cheap.' }),
      () => say(platform.as, id, 'And ours.'),
    ];
    for (const step of steps) {
      tick();
      await step();
    }
    const shared = ['revision 1', 'message 1', 'attachment 1', 'revision 2', 'message 2'];
    const [ofLabel, ofPlatform] = [
      await label.as.all<Entry>(at(id, 'thread')),
      await platform.as.all<Entry>(at(id, 'thread')),
    ];
    expect(ofLabel.map(shown)).toEqual([...shared.slice(0, 4), 'note 1', 'message 2']);
    expect(ofPlatform.map(shown)).toEqual(['revision 1', 'message 1', 'note 1', ...shared.slice(2)]);
    expect(ofLabel[4]).toEqual({
      kind: 'note',
      at: expect.any(String) as string,
      note: expect.objectContaining({ text: 'Cheap.' }) as object,
    });
    const pages: Entry[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { rows: Entry[]; next: string | null } = await platform.as.get(
        at(id, `thread?limit=1${next && `&cursor=${next}`}`),
      );
      pages.push(...page.rows);
      next = page.next;
    }
    expect(pages).toEqual(ofPlatform);
  });

  it('loses and repeats nothing that was written at one moment', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    for (const party of [label, platform]) {
      await say(party.as, id, 'Now.');
      await party.as.post(at(id, 'notes'), { text: 'Now.' });
      await attach(party.as, id);
    }
    const pages: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { rows: Entry[]; next: string | null } = await label.as.get(
        at(id, `thread?limit=2${next && `&cursor=${next}`}`),
      );
      pages.push(...page.rows.map(shown));
      next = page.next;
    }
    expect(pages).toEqual(['revision 1', 'message 1', 'message 2', 'attachment 1', 'attachment 2', 'note 1']);
  });
});

describe('what surrounds a negotiation', () => {
  it('is nothing to strangers, and its files are under its own address only', async () => {
    const { label, platform, negotiation } = market;
    const [{ id }, other] = [await negotiation(), await negotiation()];
    const { body } = await attach(label.as, id);
    await label.as.post(at(id, 'notes'), { text: 'Mine.' });
    const stored = await readdir(app.parts.storage.folder);
    for (const stranger of [await app.given.label(), await app.given.platform()]) {
      for (const path of ['messages', 'notes', 'attachments', 'thread', `attachments/${body.id}/content`]) {
        expect([path, await outcome(stranger.as, 'GET', at(id, path))]).toEqual([path, '404 not-found']);
      }
      for (const path of ['messages', 'notes']) {
        expect([path, await outcome(stranger.as, 'POST', at(id, path), { text: 'Hello?' })]).toEqual([
          path,
          '404 not-found',
        ]);
      }
      expect(result(await attach(stranger.as, id, { content: `${pdf}${randomUUID()}` }))).toBe('404 not-found');
    }
    expect(await readdir(app.parts.storage.folder)).toEqual(stored);
    for (const path of [
      at(other.id, `attachments/${body.id}/content`),
      at(id, `attachments/${randomUUID()}/content`),
    ]) {
      expect(await outcome(platform.as, 'GET', path)).toBe('404 not-found');
    }
  });

  it('is written by members with the role, and read by all of the two parties', async () => {
    const { platform, negotiation } = market;
    const { id } = await negotiation();
    const reader = await app.given.colleague(platform, ['reader']);
    const operator = await app.given.operator();
    for (const path of ['messages', 'notes']) {
      expect(await outcome(reader, 'POST', at(id, path), { text: 'x' })).toBe('403 forbidden');
      expect(await outcome(operator, 'GET', at(id, path))).toBe('403 forbidden');
      expect(await outcome(reader, 'GET', at(id, path))).toBe('200');
    }
    expect(result(await attach(reader, id))).toBe('403 forbidden');
    expect(await outcome(reader, 'GET', at(id, 'thread'))).toBe('200');
  });

  it('cannot be said in the other party’s name, nor seen by it where it is private, even in SQL', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    await label.as.post(at(id, 'notes'), { text: 'Mine.' });
    await label.as.post('/v1/drafts', { negotiationId: id, terms: {} });
    const actor = {
      organizationId: platform.organizationId,
      organizationKind: 'platform',
      verified: true,
      roles: ['admin'],
      by: { kind: 'api-key', id: 'key' },
    } as const;
    const forged = app.parts.database.withTenant(actor, (tx) =>
      tx.run(
        `INSERT INTO negotiation_messages (negotiation_id, number, label_id, platform_id, author_id, text, written_by, written_at)
         VALUES ($1, 1, $2, $3, $2, 'We accept anything.', 'test', now())`,
        [id, label.organizationId, platform.organizationId],
      ),
    );
    await expect(forged).rejects.toMatchObject({ code: '42501' });
    const seen = await app.parts.database.withTenant(actor, async (tx) => [
      await tx.rows('SELECT 1 FROM negotiation_notes WHERE owner_id = $1', [label.organizationId]),
      await tx.rows('SELECT 1 FROM drafts WHERE owner_id = $1', [label.organizationId]),
    ]);
    expect(seen).toEqual([[], []]);
  });
});
