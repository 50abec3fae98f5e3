import { Controller, Get, Header, Headers, HttpStatus, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { sha256Hex, termsSchema } from '../kernel';
import { Public } from '../platform/auth/allow';

const mediaType = 'application/schema+json';
const schemaText = JSON.stringify(termsSchema);
const entityTag = `"${sha256Hex(schemaText)}"`;

/** What editors and other systems check terms with before they send them. */
@ApiTags('agreements')
@Controller('v1/schemas')
export class SchemasController {
  @Get('terms')
  @Public()
  @ApiOperation({
    summary: 'Get the JSON Schema of terms',
    description:
      'JSON Schema (draft 2020-12) of accordo-terms/1, for anyone. What needs two places at once (references, sums, days that exist) is checked when terms are proposed.',
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'the ETag of the answer that is known' })
  @ApiOkResponse({ content: { [mediaType]: { schema: { type: 'object', additionalProperties: true } } } })
  @ApiResponse({ status: HttpStatus.NOT_MODIFIED, description: 'it is the one that is known' })
  @Header('content-type', mediaType)
  @Header('cache-control', 'public, max-age=3600')
  @Header('etag', entityTag)
  terms(
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string | undefined {
    if (!isKnown(known)) return schemaText;
    void reply.status(HttpStatus.NOT_MODIFIED);
    return undefined;
  }
}

/** Tags are compared as RFC 9110 (13.1.2) has it for reads: a weak one is as good as a strong one, and `*` is any. */
const isKnown = (tags: string | undefined): boolean =>
  tags?.split(',').some((tag) => ['*', entityTag].includes(tag.trim().replace(/^W\//, ''))) ?? false;
