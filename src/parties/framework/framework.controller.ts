import { Body, Controller, Get, HttpCode, Ip, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx, Public } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField } from '../../platform/http/fields';
import { AcceptFramework, FrameworkAcceptanceBody } from './accept-framework';
import { type FrameworkAcceptance, frameworkAcceptances } from './acceptances.repository';
import { currentFramework } from './framework-agreement';

export class FrameworkQuery {
  @ChoiceField(['en', 'ru'], { optional: true, description: 'the language; English where absent' })
  readonly language?: 'en' | 'ru';
}

export class FrameworkView {
  @ApiProperty() readonly version!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical text in both languages: what is accepted' })
  readonly sha256!: string;
  @ApiProperty({ type: String, isArray: true, description: 'in order' }) readonly clauses!: readonly string[];
}

export class FrameworkAcceptanceView {
  @ApiProperty() readonly version!: number;
  @ApiProperty() readonly sha256!: string;
  @ApiProperty({ format: 'uuid', description: 'the member who accepted it' }) readonly acceptedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly acceptedAt!: string;
}

export class FrameworkAcceptancesView {
  @ApiProperty({ type: FrameworkAcceptanceView, isArray: true }) readonly rows!: readonly FrameworkAcceptanceView[];
}

/** How agreements come about here and are proved: accepted at registration, before anything is signed. */
@ApiTags('organizations')
@Controller('v1/framework-agreement')
export class FrameworkController {
  constructor(private readonly acceptFramework: AcceptFramework) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'Read the framework agreement as it stands now' })
  @ApiOkResponse({ type: FrameworkView })
  read(@Query() { language = 'en' }: FrameworkQuery): FrameworkView {
    const { version, sha256, clauses } = currentFramework;
    return { version, sha256, clauses: clauses[language] };
  }

  @Get('acceptances')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the versions that your organization has accepted' })
  @ApiOkResponse({ type: FrameworkAcceptancesView })
  async accepted(@By() { organizationId }: Actor, @InTx() tx: Tx): Promise<FrameworkAcceptancesView> {
    return { rows: (await frameworkAcceptances(tx, [organizationId])).map(acceptanceView) };
  }

  @Post('acceptances')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Accept the framework agreement for your organization',
    description:
      'Registration asks for it already; this is for a later version. Again changes nothing. Refused with `framework-agreement-differs`.',
  })
  @ApiOkResponse({ type: FrameworkAcceptancesView })
  async accept(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Ip() address: string,
    @Body() { frameworkAgreement }: FrameworkAcceptanceBody,
  ): Promise<FrameworkAcceptancesView> {
    await this.acceptFramework.execute(tx, actor, frameworkAgreement, address);
    return this.accepted(actor, tx);
  }
}

const acceptanceView = ({ version, sha256, acceptedBy, acceptedAt }: FrameworkAcceptance): FrameworkAcceptanceView => ({
  version,
  sha256,
  acceptedBy,
  acceptedAt: acceptedAt.toISOString(),
});
