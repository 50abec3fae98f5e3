import { Body, Controller, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { ObjectsField, TextField } from '../../platform/http/fields';
import { ownIdMax, storedForm } from '../questions';
import { type OwnId, stateOwnIds } from './own-ids.repository';

export class OwnIdBody {
  @TextField({ max: ownIdMax, description: 'what you call the recording', example: 'track-7' })
  readonly ownId!: string;

  @TextField({ max: 40, example: 'ZZA012600001' })
  readonly isrc!: string;
}

export class OwnIdsBody {
  @ObjectsField(() => OwnIdBody, { max: 1000 })
  readonly recordings!: OwnIdBody[];
}

export class OwnIdsView {
  @ApiProperty() readonly stated!: number;
}

@ApiTags('clearance')
@Controller('v1/clearance/own-ids')
export class OwnIdsController {
  constructor(private readonly clock: Clock) {}

  @Put()
  @Allow({ kinds: ['platform'], roles: ['licensing', 'usage'] })
  @ApiOperation({
    summary: 'State which recordings your own ids mean',
    description: 'Clearance then takes `ownId` in place of `isrc`. The same id again means the recording named last.',
  })
  @ApiOkResponse({ type: OwnIdsView })
  async state(@By() actor: Actor, @InTx() tx: Tx, @Body() { recordings }: OwnIdsBody): Promise<OwnIdsView> {
    const ids = readIds(recordings);
    const at = this.clock.now();
    const stated = await stateOwnIds(tx, actor.organizationId, ids, at);
    await audit(tx, actor, {
      action: 'clearance.own-ids-stated',
      subjectId: actor.organizationId,
      details: { stated },
      at,
    });
    return { stated };
  }
}

/** Refuses with request-invalid, naming each text that is no ISRC and each id that is there twice. */
function readIds(recordings: readonly OwnIdBody[]): OwnId[] {
  const seen = new Set<string>();
  const faults = recordings.flatMap(({ ownId, isrc }, place) => {
    const twice = seen.has(ownId);
    seen.add(ownId);
    return [
      ...(twice
        ? [{ pointer: `/recordings/${place}/ownId`, code: 'field-array-unique', message: 'is there twice' }]
        : []),
      ...(storedForm(isrc) === undefined
        ? [{ pointer: `/recordings/${place}/isrc`, code: 'isrc-malformed', message: 'is no ISRC' }]
        : []),
    ];
  });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return recordings.map(({ ownId, isrc }) => ({ ownId, isrc: storedForm(isrc)! }));
}
