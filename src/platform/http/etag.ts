import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { AccordoRequest } from '../auth/allow';
import { DomainError } from '../errors/domain-error';

/** The strong entity tag (RFC 9110) of a thing that counts its versions. */
export const etagOf = (version: number): string => `"${version}"`;

/** Quoted tags, weak or strong, between commas. No alternative overlaps another, so that reading is linear. */
const tagList = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e]*")*$/;
const tag = /(?:W\/)?"[^"]*"/g;

/**
 * Lets a write through only when its If-Match header names the current version. Refuses with precondition-required when there is
 * no header, with request-invalid when it is no list of tags or is `*` (which names nothing that was read), and with
 * precondition-failed when the current version is not among them; a weak tag never is.
 */
export function refuseUnlessCurrent(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined) throw new DomainError('precondition-required');
  if (ifMatch.length > 1000 || !tagList.test(ifMatch)) {
    throw new DomainError('request-invalid', undefined, [
      {
        pointer: '/headers/if-match',
        code: 'field-entity-tag',
        message: 'If-Match takes the ETag of what was read, in its quotes',
      },
    ]);
  }
  const current = etagOf(version);
  const named: readonly string[] = ifMatch.match(tag) ?? [];
  if (!named.includes(current)) {
    throw new DomainError('precondition-failed', `it is now ${current}, which If-Match does not name`);
  }
}

/** The request's If-Match header as it was sent, for `refuseUnlessCurrent`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<AccordoRequest>().headers['if-match'];
  return typeof header === 'string' ? header : undefined;
});

/** Describes a write that needs If-Match. */
export const NeedsIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: true,
    description: 'the ETag of the version that was read; a later one is not overwritten',
    schema: { type: 'string', example: '"3"' },
  });

const tagged = 'accordo:tagged';

/** For routes whose answer has a `version`: it is also their ETag, of a remembered answer as of a new one. */
export const AnswersWithEtag = (): MethodDecorator => SetMetadata(tagged, true);

/** What OpenAPI says of a response with an ETag. */
export const etagHeader = {
  ETag: { description: 'the strong tag of this version, for If-Match', schema: { type: 'string' } },
} as const;

/** Puts the answer's version into its header where the handler says so. */
export function tagAnswer(handler: object, answer: unknown, reply: FastifyReply): void {
  if (Reflect.getMetadata(tagged, handler) !== true) return;
  void reply.header('etag', etagOf((answer as { readonly version: number }).version));
}
