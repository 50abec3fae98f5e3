import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { REFUSAL_REASONS } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import type { AccordoRequest } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import { ClearUses } from './clear-uses';
import { type ClauseName, type FastIndex, modelOf, territoryOf, useOf } from './fast-index';
import { Licences } from './licences';
import { ownIdMax, questionsAtOnce } from './questions';
import { RememberedActors } from './remembered-actors';

const route = '/v1/clearance';
/** Ten thousand questions of some 200 bytes, and room. */
const bodyLimit = 4 * 1_048_576;
const questionFields = new Set(['serviceId', 'isrc', 'ownId', 'territory', 'useType', 'commercialModel', 'at']);
const optionFields = new Set(['detail', 'receipts', 'countSightings']);
const plainId = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const plainIsrc = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;
const plainText = /^[\x20-\x7e]+$/;
const plainInstant = /^(19|2\d)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const refusedTexts = REFUSAL_REASONS.map((reason) => `{"licensed":false,"reason":"${reason}"}`);

/**
 * The short way through POST /v1/clearance: plain questions of a platform that is known are answered by a raw handler, from memory into text.
 * Everything else (faults, other notations and callers) takes the route's ordinary way,
 * with its guards and its words: the short way never refuses.
 */
@Injectable()
export class FastLane {
  private readonly texts = new WeakMap<ClauseName, string>();
  private headers: Headers | undefined;

  constructor(
    adapter: HttpAdapterHost,
    private readonly licences: Licences,
    private readonly actors: RememberedActors,
    private readonly clearUses: ClearUses,
    private readonly clock: Clock,
  ) {
    const fastify = adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (options) => this.enter(options));
  }

  private enter(options: RouteOptions): void {
    if (options.url !== route || options.method !== 'POST') return;
    const ordinary = options.handler;
    const lane = this;
    options.bodyLimit = bodyLimit;
    // The headers that every answer has are worked out once, not for each request.
    options.config = { ...options.config, helmet: { skipRoute: true } } as never;
    options.handler = function (request, reply) {
      const headers = lane.headersOf(reply);
      const body = plainBody(request.body);
      const actor = body && lane.actorOf(request);
      const text = actor && body && lane.fromMemory(actor, body);
      if (text !== undefined) return send(reply, headers, text);
      for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]);
      return lane
        .otherwise(request, body, actor)
        .then((answer) => (answer === undefined ? ordinary.call(this, request, reply) : send(reply, headers, answer)));
    };
  }

  /** What every answer of the server carries: safe headers, as the framework's own plug-in writes them. */
  private headersOf(reply: FastifyReply): Headers {
    if (this.headers === undefined) {
      (reply as FastifyReply & { helmet(): unknown }).helmet();
      this.headers = Object.entries(reply.raw.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
    }
    return this.headers;
  }

  /** The platform that asks in its own name, if it was looked up just now. */
  private actorOf({ headers: { authorization, 'accordo-on-behalf-of': onBehalf } }: FastifyRequest): Actor | undefined {
    return authorization === undefined || onBehalf !== undefined ? undefined : this.actors.known(authorization);
  }

  /** An answer that needs a look at the database; undefined when it cannot be given, which is for the ordinary way to say. */
  private async otherwise(
    request: FastifyRequest,
    body: PlainBody | undefined,
    known: Actor | undefined,
  ): Promise<string | undefined> {
    const { authorization, 'accordo-on-behalf-of': onBehalf } = request.headers;
    if (body === undefined || authorization === undefined || onBehalf !== undefined) return undefined;
    try {
      const actor = known ?? (await this.actors.lookUp(request as unknown as AccordoRequest, authorization));
      return actor && JSON.stringify(await this.clearUses.execute(actor.organizationId, body));
    } catch {
      return undefined;
    }
  }

  /** The answers as JSON, where nothing but memory is needed for them. */
  private fromMemory({ organizationId }: Actor, body: PlainBody): string | undefined {
    const index = Object.keys(body).length === 1 ? this.licences.now(organizationId) : undefined;
    const { questions } = body;
    if (index === undefined || index === 'later') return undefined;
    const now = this.clock.now().getTime();
    let text = '{"answers":[';
    for (let place = 0; place < questions.length; place += 1) {
      const answer = this.one(index, questions[place]!, now);
      if (answer === undefined) return undefined;
      text += place === 0 ? answer : `,${answer}`;
    }
    return `${text}]}`;
  }

  private one(index: FastIndex, question: PlainQuestion, now: number): string | undefined {
    const { serviceId, isrc, territory, useType, commercialModel, at } = question;
    // What an own id means stands in the database.
    if (isrc === undefined) return undefined;
    const service = index.serviceNumber(serviceId);
    const instant = at === undefined ? now : Date.parse(at);
    const codes = [territoryOf(territory), useOf(useType), modelOf(commercialModel)] as const;
    const answer = index.decideIsrc(isrc, service, codes[0], codes[1], codes[2], instant);
    // Of a recording without a grant a catalogue may know.
    if (answer === -1 || Number.isNaN(instant)) return undefined;
    return answer < 0 ? refusedTexts[-1 - answer] : this.textOf(index.name(answer));
  }

  /** Answers of one clause are one text, until its days change: then it has another name object. */
  private textOf(name: ClauseName): string {
    let text = this.texts.get(name);
    if (text === undefined) {
      const { agreementId, clause, until, rightsScope } = name;
      text = JSON.stringify({ licensed: true, agreementId, clause, until, rightsScope });
      this.texts.set(name, text);
    }
    return text;
  }
}

/** Around the framework: nothing is left to be done with the text. */
function send(reply: FastifyReply, headers: Headers, text: string): FastifyReply {
  const bytes = Buffer.byteLength(text);
  void reply.hijack();
  reply.raw.writeHead(200, [
    ...headers,
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(bytes),
  ]);
  // Plain ASCII, as nearly all answers are, is written as it lies in memory.
  reply.raw.end(text, bytes === text.length ? 'latin1' : 'utf8');
  return reply;
}

/** Names and values in turns, as Node writes them. */
type Headers = readonly string[];

interface PlainBody {
  readonly questions: PlainQuestion[];
  readonly detail?: boolean;
  readonly receipts?: boolean;
  readonly countSightings?: boolean;
}

interface PlainQuestion {
  readonly serviceId: string;
  readonly isrc?: string;
  readonly ownId?: string;
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly at?: string;
}

/** The body, where all of it is beyond doubt what the route's description asks for. */
function plainBody(body: unknown): PlainBody | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { questions, ...options } = body as Record<string, unknown>;
  for (const name in options) if (!optionFields.has(name) || typeof options[name] !== 'boolean') return undefined;
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > questionsAtOnce) return undefined;
  return questions.every(isPlain) ? (body as PlainBody) : undefined;
}

/** A question that is beyond doubt what the route's description asks for. */
function isPlain(question: unknown): question is PlainQuestion {
  if (typeof question !== 'object' || question === null) return false;
  for (const name in question) if (!questionFields.has(name)) return false;
  const { serviceId, isrc, ownId, territory, useType, commercialModel, at } = question as Record<string, unknown>;
  return (
    typeof serviceId === 'string' &&
    plainId.test(serviceId) &&
    namesRecording(isrc, ownId) &&
    isText(territory, 20) &&
    isText(useType, 60) &&
    isText(commercialModel, 60) &&
    (at === undefined || (typeof at === 'string' && plainInstant.test(at)))
  );
}

const namesRecording = (isrc: unknown, ownId: unknown): boolean =>
  ownId === undefined
    ? typeof isrc === 'string' && plainIsrc.test(isrc)
    : isrc === undefined && isText(ownId, ownIdMax);

const isText = (value: unknown, longest: number): boolean =>
  typeof value === 'string' && value.length <= longest && plainText.test(value);
