import {
  Controller,
  Delete,
  Head,
  HttpCode,
  Options,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../auth/actor';
import { type AccordoRequest, Allow, By, Public } from '../auth/allow';
import { DomainError, type Fault } from '../errors/domain-error';
import { fileBody } from '../http/streams';
import { CarriesItsIdentity, OnlyReads, OpensOwnTransactions } from '../http/transaction.interceptor';
import { uploadBytesMax, Uploads } from './uploads';
import type { Upload } from './uploads.repository';

const version = '1.0.0';
const pieceType = 'application/offset+octet-stream';
const metadataMax = 4_000;

const versionHeader = { name: 'Tus-Resumable', required: true, schema: { type: 'string', enum: [version] } };
const countHeader = (name: string, description: string) => ({
  name,
  required: true,
  description,
  schema: { type: 'string', pattern: '^\\d{1,15}$' },
});

export class UploadView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ description: 'of the whole file' }) readonly bytes!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

/** Resumable uploads: tus 1.0 with creation, termination, checksum and expiration. */
@ApiTags('uploads')
@Controller('v1/uploads')
export class UploadsController {
  constructor(private readonly uploads: Uploads) {}

  @Options()
  @HttpCode(204)
  @OpensOwnTransactions()
  @OnlyReads()
  @Public()
  @ApiOperation({ summary: 'Show how files are uploaded in pieces (tus 1.0)' })
  @ApiNoContentResponse({
    description: 'headers `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`',
  })
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    void reply
      .header('Tus-Resumable', version)
      .header('Tus-Version', version)
      .header('Tus-Extension', 'creation,termination,checksum,expiration')
      .header('Tus-Max-Size', String(uploadBytesMax))
      .header('Tus-Checksum-Algorithm', 'sha256');
  }

  /** Sent twice it makes two: neither is worth anything before bytes follow, and both expire. */
  @Post()
  @HttpCode(201)
  @OpensOwnTransactions()
  @CarriesItsIdentity()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Begin an upload in pieces',
    description:
      'The answer’s `Location` takes the pieces for a day. At most 2 GiB, and twenty open uploads of an organization. Any tus client does this and what follows; `POST /v1/usage-reports?uploadId=…` then takes the file.',
  })
  @ApiHeader(versionHeader)
  @ApiHeader(countHeader('Upload-Length', 'bytes of the whole file'))
  @ApiHeader({ name: 'Upload-Metadata', required: false, description: 'kept as it is, and shown by HEAD' })
  @ApiCreatedResponse({ type: UploadView, description: 'headers `Location`, `Upload-Expires`' })
  async begin(
    @By() actor: Actor,
    @Req() { headers }: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView> {
    checkVersion(headers, reply);
    const bytes = countOf(headers, 'upload-length');
    if (bytes === 0n) throw invalid('upload-length', 'there is nothing to upload');
    const upload = await this.uploads.begin(actor, Number(bytes), metadataOf(headers));
    void reply.header('Location', `/v1/uploads/${upload.id}`);
    tellExpiry(upload, reply);
    return { id: upload.id, bytes: String(upload.bytes), expiresAt: upload.expires_at.toISOString() };
  }

  @Head(':id')
  @OpensOwnTransactions()
  @OnlyReads()
  @Allow({ kinds: ['platform'], roles: ['usage'] })
  @ApiOperation({ summary: 'Show how much of an upload is there' })
  @ApiHeader(versionHeader)
  @ApiOkResponse({ description: 'headers `Upload-Offset`, `Upload-Length`, `Upload-Metadata`, `Upload-Expires`' })
  async head(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() { headers }: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const upload = await this.uploads.find(actor, id);
    checkVersion(headers, reply);
    void reply
      .header('Upload-Offset', String(upload.received))
      .header('Upload-Length', String(upload.bytes))
      .header('Cache-Control', 'no-store');
    if (upload.metadata !== null) void reply.header('Upload-Metadata', upload.metadata);
    tellExpiry(upload, reply);
  }

  @Patch(':id')
  @HttpCode(204)
  @OpensOwnTransactions()
  @CarriesItsIdentity()
  @Allow({ kinds: ['platform'], roles: ['usage'] })
  @ApiOperation({
    summary: 'Send the next piece of an upload',
    description:
      'What is answered is on disk. A piece that breaks off counts as far as it came: ask by HEAD, and go on from there. With `Upload-Checksum` it counts whole or not at all. Refused with `upload-offset-differs`, `upload-checksum-differs` (460) or `body-too-large`.',
  })
  @ApiHeader(versionHeader)
  @ApiHeader(countHeader('Upload-Offset', 'where in the file the piece begins'))
  @ApiHeader({ name: 'Upload-Checksum', required: false, description: '`sha256` and the hash of the piece in base64' })
  @ApiConsumes(pieceType)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse({ description: 'headers `Upload-Offset`, `Upload-Expires`' })
  async append(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { headers } = request;
    const upload = await this.uploads.find(actor, id);
    checkVersion(headers, reply);
    const body = fileBody(request, [pieceType], `send pieces as ${pieceType}`);
    const piece = { offset: countOf(headers, 'upload-offset'), sha256: checksumOf(headers) };
    const received = await this.uploads.append(actor, upload, piece, body);
    void reply.header('Upload-Offset', String(received));
    tellExpiry(upload, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @OpensOwnTransactions()
  @CarriesItsIdentity()
  @Allow({ kinds: ['platform'], roles: ['usage'] })
  @ApiOperation({ summary: 'Take an upload back' })
  @ApiHeader(versionHeader)
  @ApiNoContentResponse({ description: 'it is gone' })
  async end(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() { headers }: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.uploads.find(actor, id);
    checkVersion(headers, reply);
    await this.uploads.end(actor, id);
  }
}

type Headers = AccordoRequest['headers'];

const tellExpiry = ({ expires_at }: Upload, reply: FastifyReply): void =>
  void reply.header('Upload-Expires', expires_at.toUTCString());

/** Refuses with tus-version-unsupported. */
function checkVersion(headers: Headers, reply: FastifyReply): void {
  void reply.header('Tus-Resumable', version);
  if (headers['tus-resumable'] === version) return;
  void reply.header('Tus-Version', version);
  throw new DomainError('tus-version-unsupported');
}

function invalid(header: string, message: string): DomainError {
  const fault: Fault = { pointer: `/headers/${header}`, code: 'field-header', message };
  return new DomainError('request-invalid', undefined, [fault]);
}

function countOf(headers: Headers, name: string): bigint {
  const written = headers[name];
  if (typeof written === 'string' && /^\d{1,15}$/.test(written)) return BigInt(written);
  throw invalid(name, 'a number of bytes is needed');
}

function metadataOf(headers: Headers): string | null {
  const written = headers['upload-metadata'];
  if (written === undefined) return null;
  if (typeof written === 'string' && written.length <= metadataMax && /^[\x20-\x7e]*$/.test(written)) return written;
  throw invalid('upload-metadata', `at most ${metadataMax} printable ASCII characters`);
}

function checksumOf(headers: Headers): string | undefined {
  const written = headers['upload-checksum'];
  if (written === undefined) return undefined;
  const [, hash] = /^sha256 ([A-Za-z0-9+/]{43}=)$/.exec(String(written)) ?? [];
  if (hash === undefined) throw invalid('upload-checksum', 'sha256, a blank, and the hash in base64');
  return hash;
}
