import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { ChoiceField } from '../platform/http/fields';
import type { CheckDigits } from './catalogue-row';
import { findSettings, saveSettings } from './settings.repository';

const severities = ['warning', 'error'] as const;

export class CatalogueSettingsBody {
  @ChoiceField(severities, {
    description: 'of a wrong check digit: whether it rejects its row or message, or is told and no more',
  })
  readonly checkDigits!: CheckDigits;
}

export class CatalogueSettingsView {
  @ApiProperty({
    enum: severities,
    nullable: true,
    description: 'null: nothing was said; rows are rejected for a wrong check digit, messages are not',
  })
  readonly checkDigits!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly setBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly setAt!: string | null;
}

/** What a label says of its own imports. */
@ApiTags('catalogue')
@Controller('v1/catalogue/settings')
export class CatalogueSettingsController {
  constructor(private readonly clock: Clock) {}

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show how severe your imports take wrong check digits' })
  @ApiOkResponse({ type: CatalogueSettingsView })
  async get(@By() actor: Actor, @InTx() tx: Tx): Promise<CatalogueSettingsView> {
    const found = await findSettings(tx, actor.organizationId);
    const [checkDigits, setBy, setAt] = [found?.check_digits, found?.set_by, found?.set_at.toISOString()];
    return { checkDigits: checkDigits ?? null, setBy: setBy ?? null, setAt: setAt ?? null };
  }

  @Put()
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Say how severe your imports take wrong check digits',
    description: 'From the next import on.',
  })
  @ApiOkResponse({ type: CatalogueSettingsView })
  async set(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Body() { checkDigits }: CatalogueSettingsBody,
  ): Promise<CatalogueSettingsView> {
    const [at, setBy] = [this.clock.now(), actorName(actor)];
    await saveSettings(tx, actor.organizationId, { check_digits: checkDigits, set_by: setBy, set_at: at });
    const details = { checkDigits };
    await audit(tx, actor, { action: 'catalogue.settings-set', subjectId: actor.organizationId, details, at });
    return { checkDigits, setBy, setAt: at.toISOString() };
  }
}
