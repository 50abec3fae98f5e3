import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, roles } from '../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../platform/idempotency/idempotent-writes';
import { AddMember, AddMemberBody, contentOf } from './add-member';
import { listMembers, type MemberRow } from './parties.repository';

export class MemberView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ format: 'email' }) readonly email!: string;
  @ApiProperty({ enum: roles, isArray: true }) readonly roles!: readonly string[];
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
}

const memberView = ({ id, name, email, roles, created_at }: MemberRow): MemberView => ({
  id,
  name,
  email,
  roles,
  createdAt: created_at.toISOString(),
});

@ApiTags('members')
@Controller('v1/members')
export class MembersController {
  constructor(
    private readonly addMember: AddMember,
    private readonly writes: IdempotentWrites,
  ) {}

  /** Opens its transaction itself only to keep the password out of the idempotency record. */
  @Post()
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Add a member to your organization',
    description: 'Refused with `email-taken`, and with `forbidden` where they would have roles that you do not hold.',
  })
  @OpensOwnTransactions()
  @ApiCreatedResponse({ type: MemberView })
  add(
    @By() actor: Actor,
    @Body() body: AddMemberBody,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.writes.run({ actor, key: keyOf(request), request, reply, content: contentOf(body) }, async (tx) =>
      memberView(await this.addMember.execute(tx, actor, body)),
    );
  }

  @Get()
  @Allow({ memberOnly: true })
  @ApiOperation({ summary: 'List the members of your organization' })
  @ApiOkResponse({ type: pageSchema(MemberView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<MemberView>> {
    const rows = await listMembers(tx, limit, afterInstant(cursor));
    return pageOf(rows, limit, memberView, (row) => [row.created_at.toISOString(), row.id]);
  }
}
