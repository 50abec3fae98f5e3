import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../auth/actor';
import type { AccordoRequest } from '../auth/allow';
import { Clock } from '../clock';
import { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import { isStream } from '../http/streams';

/** A reply that holds a secret: the caller sees `shown` once, a replay sees `remembered`. */
export class SecretReply {
  constructor(
    readonly shown: object,
    readonly remembered: object,
  ) {}
}

export interface WriteRequest {
  readonly actor: Actor;
  readonly key: string;
  readonly request: AccordoRequest;
  readonly reply: FastifyReply;
  /** What stands for the body where the body is a stream: its hash. */
  readonly content?: string;
}

interface Remembered {
  readonly request_hash: string;
  readonly field_hashes: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body: string | null;
}

/** The Idempotency-Key header (IETF draft): required on writes, at most 255 printable characters. */
export function keyOf(request: AccordoRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') throw new DomainError('idempotency-key-missing');
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new DomainError('request-invalid', undefined, [
      {
        pointer: '/headers/idempotency-key',
        code: 'field-length',
        message: 'Idempotency-Key takes 1 to 255 printable characters',
      },
    ]);
  }
  return key;
}

/**
 * Runs each write once per organization, route and key: the effect and the remembered answer commit together, so a crash leaves both or
 * neither. A repeated request gets the first answer, byte for byte; another request under the same key is refused naming the field that differs.
 */
@Injectable()
export class IdempotentWrites {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The answer that the request was given before, where it would take much to make it ready once more; undefined where it is new. */
  async answered({
    actor,
    key,
    request,
    reply,
    content,
  }: WriteRequest): Promise<{ readonly answer: unknown } | undefined> {
    const fields = fieldHashes(request, content);
    const before = await this.database.withTenant(actor, (tx) => remembered(tx, actor, routeOf(request), key), 'read');
    return before && { answer: replay(before, hashOf(fields), fields, reply) };
  }

  run(write: WriteRequest, effect: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    const { actor, key, request, reply } = write;
    const route = routeOf(request);
    const fields = fieldHashes(request, write.content);
    const hash = hashOf(fields);
    return this.database.withTenant(actor, async (tx) => {
      await claim(tx, `${actor.organizationId} ${route} ${key}`);
      const before = await remembered(tx, actor, route, key);
      if (before !== undefined) return replay(before, hash, fields, reply);
      const result = await effect(tx);
      const kept = result instanceof SecretReply ? result.remembered : result;
      await tx.run(
        `INSERT INTO idempotency_keys (organization_id, route, key, request_hash, field_hashes, status, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          actor.organizationId,
          route,
          key,
          hash,
          JSON.stringify(fields),
          reply.statusCode,
          kept === undefined ? null : JSON.stringify(kept),
          this.clock.now(),
        ],
      );
      return result instanceof SecretReply ? result.shown : result;
    });
  }
}

const routeOf = ({ method, routeOptions, url }: AccordoRequest): string => `${method} ${routeOptions.url ?? url}`;

const remembered = (tx: Tx, { organizationId }: Actor, route: string, key: string): Promise<Remembered | undefined> =>
  tx.first<Remembered>(
    'SELECT request_hash, field_hashes, status, body FROM idempotency_keys WHERE organization_id = $1 AND route = $2 AND key = $3',
    [organizationId, route, key],
  );

/** One request per key at a time; the lock goes with the transaction. */
async function claim(tx: Tx, name: string): Promise<void> {
  const { taken } = await tx.one<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
    [name],
  );
  if (!taken) throw new DomainError('idempotency-key-in-use');
}

function replay(
  before: Remembered,
  hash: string,
  fields: Readonly<Record<string, string>>,
  reply: FastifyReply,
): unknown {
  if (before.request_hash !== hash) {
    const names = [...new Set([...Object.keys(fields), ...Object.keys(before.field_hashes)])];
    const faults = names
      .filter((name) => fields[name] !== before.field_hashes[name])
      .map((pointer) => ({
        pointer,
        code: 'field-differs',
        message: `${pointer} differs from the first request with this key`,
      }));
    throw new DomainError('idempotency-key-reused', undefined, faults);
  }
  void reply.status(before.status).header('idempotency-replayed', 'true');
  return before.body === null ? undefined : JSON.parse(before.body);
}

/** A hash per part of the request, so that a difference can be named without keeping what was sent. */
function fieldHashes(
  { headers, params, query, body }: AccordoRequest,
  content: string | undefined,
): Record<string, string> {
  const fields: Record<string, string> = {};
  const add = (pointer: string, value: unknown): void => {
    fields[pointer] = sha256(JSON.stringify(value) ?? '');
  };
  for (const [name, value] of Object.entries(params)) add(`/path/${name}`, value);
  for (const [name, value] of Object.entries(query)) add(`/query/${name}`, value);
  // Which version a write may replace is part of what it asks for.
  if (headers['if-match'] !== undefined) add('/headers/if-match', headers['if-match']);
  if (content !== undefined) add('/body', content);
  else if (isStream(body)) throw new DomainError('content-type-unsupported');
  else if (typeof body === 'object' && body !== null)
    for (const [name, value] of Object.entries(body)) add(`/${name}`, value);
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const hashOf = (fields: Readonly<Record<string, string>>): string => sha256(JSON.stringify(fields));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
