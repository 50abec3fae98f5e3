import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
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
import { type PlainBody, plainBody, type PlainQuestion } from './plain-questions';
import { storedForm } from './questions';
import { RememberedActors } from './remembered-actors';

const route = '/v1/clearance';
/** Ten thousand questions of some 200 bytes, and room. */
const bodyLimit = 4 * 1_048_576;
const refusedTexts = REFUSAL_REASONS.map((reason) => `{"licensed":false,"reason":"${reason}"}`);

/**
 * The short way through POST /v1/clearance: plain questions of a platform that is known are answered from memory into text, before the framework sees
 * the request. What needs the database goes to a raw handler of the route, and everything else (faults, other notations and callers) its ordinary way,
 * with its guards and its words: the short way never refuses.
 */
@Injectable()
export class FastLane {
  private readonly texts = new WeakMap<ClauseName, string>();
  /** What every answer of the server carries: safe headers, as the framework's own plug-in wrote them into the first answer. */
  private headers: readonly string[] | undefined;

  constructor(
    adapter: HttpAdapterHost,
    private readonly licences: Licences,
    private readonly actors: RememberedActors,
    private readonly clearUses: ClearUses,
    private readonly clock: Clock,
  ) {
    const fastify = adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (options) => this.enter(options));
    this.standBefore(fastify.server);
  }

  /** Requests come here first, and go on as they came. */
  private standBefore(server: Server): void {
    const framework = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const goOn = (): void => framework.forEach((listener) => listener.call(server, request, response));
      if (!this.headers || !server.listening || !isPlain(request) || !this.actorOf(request)) return goOn();
      return whenWhole(request, (body) => {
        // A body may take its time, and whoever sends it may not be known any more.
        const actor = this.actorOf(request);
        const text = actor && this.answerTo(actor, body);
        if (text !== undefined) return send(response, this.headers!, text);
        request.pause();
        request.unshift(body);
        return goOn();
      });
    });
  }

  private enter(options: RouteOptions): void {
    if (options.url !== route || options.method !== 'POST') return;
    const ordinary = options.handler;
    const lane = this;
    options.bodyLimit = bodyLimit;
    options.handler = function (request, reply) {
      lane.headers ??= headersOf(reply);
      return lane
        .fromDatabase(request)
        .then((answer) =>
          answer === undefined
            ? ordinary.call(this, request, reply)
            : reply.type('application/json; charset=utf-8').send(answer),
        );
    };
  }

  /** The platform that asks in its own name, if it was looked up just now. */
  private actorOf({
    headers: { authorization, 'accordo-on-behalf-of': onBehalf },
  }: IncomingMessage): Actor | undefined {
    return authorization === undefined || onBehalf !== undefined ? undefined : this.actors.known(authorization);
  }

  /** An answer that may need a look at the database; undefined when it cannot be given, which is for the ordinary way to say. */
  private async fromDatabase(request: FastifyRequest): Promise<string | undefined> {
    const { authorization, 'accordo-on-behalf-of': onBehalf } = request.headers;
    const body = plainBody(request.body);
    if (body === undefined || authorization === undefined || onBehalf !== undefined) return undefined;
    try {
      const actor =
        this.actors.known(authorization) ??
        (await this.actors.lookUp(request as unknown as AccordoRequest, authorization));
      return actor && JSON.stringify(await this.clearUses.execute(actor.organizationId, body));
    } catch {
      return undefined;
    }
  }

  /** Whatever goes wrong here goes wrong once more where somebody is told of it. */
  private answerTo(actor: Actor, body: Buffer): string | undefined {
    try {
      return this.fromMemory(actor, plainBody(JSON.parse(body.toString())));
    } catch {
      return undefined;
    }
  }

  /** The answers as JSON, where nothing but memory is needed for them. */
  private fromMemory({ organizationId }: Actor, body: PlainBody | undefined): string | undefined {
    if (body === undefined || Object.keys(body).length !== 1) return undefined;
    const index = this.licences.now(organizationId);
    if (index === undefined || index === 'later') return undefined;
    const { questions } = body;
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
    const { serviceId, isrc: written, territory, useType, commercialModel, at } = question;
    // What an own id means stands in the database.
    const isrc = written === undefined ? undefined : storedForm(written);
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

/** Headers of a request that only the route's own JSON can follow. */
function isPlain({ url, method, headers }: IncomingMessage): boolean {
  if (url !== route || method !== 'POST' || headers['content-type'] !== 'application/json') return false;
  const length = Number(headers['content-length']);
  return length > 0 && length <= bodyLimit && headers['content-encoding'] === undefined;
}

/** Hands over the body of a request that says how long it is; never one that breaks off, since nobody waits for its answer. */
function whenWhole(request: IncomingMessage, take: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let missing = Number(request.headers['content-length']);
  const hear = (chunk: Buffer): void => {
    chunks.push(chunk);
    missing -= chunk.length;
    if (missing > 0) return;
    request.off('data', hear);
    take(chunks.length === 1 ? chunk : Buffer.concat(chunks));
  };
  request.on('data', hear);
}

/** Names and values in turns, as Node writes them. */
const headersOf = (reply: FastifyReply): readonly string[] => [
  ...Object.entries(reply.raw.getHeaders()).flatMap(([name, value]) => [name, String(value)]),
  'content-type',
  'application/json; charset=utf-8',
];

function send(response: ServerResponse, headers: readonly string[], text: string): void {
  const bytes = Buffer.byteLength(text);
  response.writeHead(200, [...headers, 'content-length', String(bytes)]);
  // Plain ASCII, as nearly all answers are, is written as it lies in memory.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8');
}
