import { Body, Controller, Get, Header, HttpCode, Ip, Post, Req } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import { type Actor, roles } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx, Public } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { keyOf } from '../../platform/idempotency/idempotent-writes';
import { getOrganization } from '../parties.repository';
import { organizationView, OrganizationView } from '../organization.view';
import { revokeSession } from './access.repository';
import { ConfirmationView, ReAuthenticate, ReAuthenticationBody } from './re-authenticate';
import { SignIn, SignInBody, SignInView } from './sign-in';

export class ActorView {
  @ApiProperty({ type: OrganizationView }) readonly organization!: OrganizationView;
  @ApiProperty({ enum: ['member', 'api-key'], description: 'what the request was signed in with' })
  readonly kind!: string;
  @ApiProperty({ format: 'uuid', description: 'the member or the API key' }) readonly id!: string;
  @ApiProperty({ enum: roles, isArray: true }) readonly roles!: readonly string[];
}

@ApiTags('sign-in')
@Controller('v1')
export class SessionsController {
  constructor(
    private readonly signIn: SignIn,
    private readonly reAuthenticate: ReAuthenticate,
    private readonly clock: Clock,
    private readonly database: Database,
  ) {}

  @Post('sign-in')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Sign in with mail address and password',
    description:
      'Refused with `sign-in-failed`, whichever of the two is wrong, and after many attempts with `too-many-requests`.',
  })
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ type: SignInView })
  open(@Body() body: SignInBody, @Ip() address: string): Promise<SignInView> {
    return this.signIn.execute(body, address);
  }

  /** Nothing of it is remembered: a repeated request checks the password again. */
  @Post('re-authentications')
  @OpensOwnTransactions()
  @Allow({ memberOnly: true })
  @ApiOperation({
    summary: 'Enter your password again, to sign',
    description:
      'The confirmation holds for five minutes, for you and for this session. Refused with `sign-in-failed`, and with `too-many-requests` as signing in is.',
  })
  @Header('cache-control', 'no-store')
  @ApiCreatedResponse({ type: ConfirmationView })
  confirm(
    @By() actor: Actor,
    @Body() body: ReAuthenticationBody,
    @Ip() address: string,
    @Req() request: AccordoRequest,
  ): Promise<ConfirmationView> {
    keyOf(request);
    return this.reAuthenticate.execute(actor, body, address);
  }

  /** Ending a session twice is ending it. A remembered answer would let another member's sign-out under the same key do nothing. */
  @Post('sign-out')
  @HttpCode(204)
  @OpensOwnTransactions()
  @Allow({ memberOnly: true })
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session that the request was made with; its token is refused from now on.',
  })
  @ApiNoContentResponse()
  async close(@By() actor: Actor, @Req() request: AccordoRequest): Promise<void> {
    keyOf(request);
    if (actor.by.kind !== 'member') return;
    const { sessionId } = actor.by;
    const at = this.clock.now();
    await this.database.withTenant(actor, async (tx) => {
      await revokeSession(tx, sessionId, at);
      await audit(tx, actor, { action: 'session.revoked', subjectId: sessionId, at });
    });
  }

  @Get('me')
  @Allow()
  @ApiOperation({ summary: 'Who am I, and what may I do?' })
  @ApiOkResponse({ type: ActorView })
  async me(@By() actor: Actor, @InTx() tx: Tx): Promise<ActorView> {
    const organization = organizationView(await getOrganization(tx, actor.organizationId));
    return { organization, kind: actor.by.kind, id: actor.by.id, roles: actor.roles };
  }
}
