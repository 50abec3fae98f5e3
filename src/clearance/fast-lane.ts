import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import { REFUSAL_REASONS } from '../kernel';
import type { AccordoRequest } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import { type ClauseName, type FastIndex, modelOf, territoryOf, useOf } from './fast-index';
import { Licences } from './licences';
import { questionsAtOnce } from './questions';
import { RememberedActors } from './remembered-actors';

const route = '/v1/clearance';
/** Ten thousand questions of some 200 bytes, and room. */
const bodyLimit = 4 * 1_048_576;
const questionFields = new Set(['serviceId', 'isrc', 'territory', 'useType', 'commercialModel', 'at']);
const plainIsrc = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;
const plainText = /^[\x20-\x7e]+$/;
const plainInstant = /^(19|2\d)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const refusedTexts = REFUSAL_REASONS.map((reason) => `{"licensed":false,"reason":"${reason}"}`);

/**
 * The short way through POST /v1/clearance: plain questions of a platform that is known are answered by a raw handler, from memory into text.
 * Everything else (faults, other fields and callers, recordings that a catalogue must be asked about) takes the route's ordinary way,
 * with its guards and its words: the short way never refuses.
 */
@Injectable()
export class FastLane {
  private readonly texts = new WeakMap<ClauseName, string>();

  constructor(
    adapter: HttpAdapterHost,
    private readonly licences: Licences,
    private readonly actors: RememberedActors,
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
    options.handler = function (request, reply) {
      const { authorization, 'accordo-on-behalf-of': onBehalf } = request.headers;
      if (authorization === undefined || onBehalf !== undefined) return ordinary.call(this, request, reply);
      const actor = lane.actors.known(authorization);
      const text = actor && lane.answer(actor.organizationId, request.body);
      if (text !== undefined) return send(reply, text);
      if (actor !== undefined) return ordinary.call(this, request, reply);
      return lane.meet(authorization, request, reply, ordinary.bind(this));
    };
  }

  /** A caller who was not known a moment ago. */
  private async meet(
    authorization: string,
    request: FastifyRequest,
    reply: FastifyReply,
    ordinary: RouteHandlerMethod extends (this: never, ...parts: infer Parts) => infer Answer
      ? (...parts: Parts) => Answer
      : never,
  ): Promise<unknown> {
    // Whatever is wrong with the credentials is for the ordinary way to say.
    const actor = await this.actors.lookUp(request as unknown as AccordoRequest, authorization).catch(() => undefined);
    const text = actor && this.answer(actor.organizationId, request.body);
    return text === undefined ? ordinary(request, reply) : send(reply, text);
  }

  /** The whole answer as JSON; undefined when the ordinary way must be taken. */
  private answer(platformId: string, body: unknown): string | undefined {
    const index = this.licences.now(platformId);
    if (index === undefined || index === 'later') return undefined;
    const questions = onlyQuestions(body);
    if (questions === undefined) return undefined;
    const now = this.clock.now().getTime();
    let text = '{"answers":[';
    for (let place = 0; place < questions.length; place += 1) {
      const answer = this.one(index, questions[place], now);
      if (answer === undefined) return undefined;
      text += place === 0 ? answer : `,${answer}`;
    }
    return `${text}]}`;
  }

  private one(index: FastIndex, question: unknown, now: number): string | undefined {
    if (!isPlain(question)) return undefined;
    const { serviceId, isrc, territory, useType, commercialModel, at } = question;
    const service = index.serviceNumber(serviceId);
    // A service that nothing is licensed to may be no id at all.
    if (service === 0) return undefined;
    const instant = at === undefined ? now : Date.parse(at);
    const codes = [territoryOf(territory), useOf(useType), modelOf(commercialModel)] as const;
    const answer = index.decideIsrc(isrc, service, ...codes, instant);
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

const send = (reply: FastifyReply, text: string): FastifyReply =>
  reply.code(200).type('application/json; charset=utf-8').send(text);

function onlyQuestions(body: unknown): readonly unknown[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const names = Object.keys(body);
  const { questions } = body as { questions?: unknown };
  if (names.length !== 1 || !Array.isArray(questions)) return undefined;
  return questions.length > 0 && questions.length <= questionsAtOnce ? questions : undefined;
}

interface PlainQuestion {
  readonly serviceId: string;
  readonly isrc: string;
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly at?: string;
}

/** A question that is beyond doubt what the route's description asks for. */
function isPlain(question: unknown): question is PlainQuestion {
  if (typeof question !== 'object' || question === null) return false;
  for (const name in question) if (!questionFields.has(name)) return false;
  const { serviceId, isrc, territory, useType, commercialModel, at } = question as Record<string, unknown>;
  return (
    typeof serviceId === 'string' &&
    typeof isrc === 'string' &&
    plainIsrc.test(isrc) &&
    isText(territory, 20) &&
    isText(useType, 60) &&
    isText(commercialModel, 60) &&
    (at === undefined || (typeof at === 'string' && plainInstant.test(at)))
  );
}

const isText = (value: unknown, longest: number): boolean =>
  typeof value === 'string' && value.length <= longest && plainText.test(value);
