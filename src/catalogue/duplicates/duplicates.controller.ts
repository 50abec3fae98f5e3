import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField, ChoicesField, IsrcField } from '../../platform/http/fields';
import {
  afterInstant,
  fromCursor,
  numberKey,
  type Page,
  pageOf,
  PageQuery,
  pageSchema,
  toCursor,
} from '../../platform/http/paging';
import { isrcKey } from '../isrc-list';
import { findRecordings } from '../recordings.repository';
import { DecideDuplicate, duplicateDecisions } from './decide-duplicate';
import { alikePage, type AlikePlace, listDecisions, packagesOfEach } from './duplicates.repository';
import { DuplicateDecisionView, decisionView, DuplicateView, duplicateView } from './duplicates.view';
import { LicensedRecordings } from './licensed-recordings';
import { inOrderOfStanding, type MergedField, mergedFields, type Standing } from './merge';

export class DuplicateDecisionBody {
  @IsrcField({ description: 'the one that stays, where they are one', example: 'ZZA012600001' })
  readonly isrc!: string;

  @IsrcField({ description: 'the other one', example: 'ZZA012600002' })
  readonly otherIsrc!: string;

  @ChoiceField(duplicateDecisions, { description: 'accepted: they are one recording; dismissed: they are two' })
  readonly decision!: (typeof duplicateDecisions)[number];

  @ChoicesField(mergedFields, { optional: true, description: 'what is told as the other one says it, where it does' })
  readonly take?: MergedField[];
}

/** Two ISRCs of one catalogue that may be one recording. */
@ApiTags('catalogue')
@Controller('v1')
export class DuplicatesController {
  constructor(
    private readonly decideDuplicate: DecideDuplicate,
    private readonly licensed: LicensedRecordings,
  ) {}

  @Get('duplicates')
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'List recordings that may be one under two ISRCs, each with a merge',
    description:
      'Alike are title, version and main artist, however written, and the duration within two seconds. Each recording stands here once, with the first that it is like; what was dismissed comes back only where one of these has changed since. A page may have fewer rows than `limit`, or none, and yet a `next`.',
  })
  @ApiOkResponse({ type: pageSchema(DuplicateView) })
  async list(@By() actor: Actor, @InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<DuplicateView>> {
    const { organizationId: ownerId } = actor;
    const { pairs, last } = await alikePage(tx, ownerId, { after: placeOf(cursor), limit });
    const named = new Set(pairs.flatMap(({ isrc, otherIsrc }) => [isrc, otherIsrc]));
    const standings = await this.standings(tx, actor, [...named]);
    const rows = pairs.map(({ isrc, otherIsrc }) =>
      duplicateView(inOrderOfStanding(standings.get(isrc)!, standings.get(otherIsrc)!)),
    );
    return { rows, next: last === undefined ? null : toCursor([last.key, String(last.seconds), last.isrc]) };
  }

  @Post('duplicate-decisions')
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Decide whether two recordings are one',
    description:
      'Accepted, `isrc` is told by its own values, by the other’s where it has none or `take` names the field, and `otherIsrc` becomes a version of it, its kind being the same recording. ISRCs, rights, releases, packages and agreements stay as they are: what is licensed under the one is not licensed under the other. Refused with `recording-unknown` or `duplicate-state`.',
  })
  @ApiCreatedResponse({ type: DuplicateDecisionView })
  async decide(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Body() body: DuplicateDecisionBody,
  ): Promise<DuplicateDecisionView> {
    return decisionView(await this.decideDuplicate.execute(tx, actor, body));
  }

  @Get('duplicate-decisions')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List what was decided about suspected duplicates, the latest first' })
  @ApiOkResponse({ type: pageSchema(DuplicateDecisionView) })
  async decisions(
    @By() { organizationId }: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<DuplicateDecisionView>> {
    const rows = await listDecisions(tx, organizationId, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, decisionView, ({ at, id }) => [at.toISOString(), id]);
  }

  private async standings(
    tx: Tx,
    { organizationId: ownerId, through }: Actor,
    isrcs: readonly string[],
  ): Promise<ReadonlyMap<string, Standing>> {
    const recordings = await findRecordings(tx, ownerId, isrcs);
    const packages = await packagesOfEach(tx, ownerId, isrcs);
    // What agreements name is the label's to know: a delegate of its catalogue could ask by rows that it makes look alike.
    const licensed = through === undefined ? await this.licensed.ask(tx, ownerId, isrcs) : undefined;
    return new Map(
      recordings.map((recording) => {
        const { isrc } = recording;
        return [isrc, { recording, isLicensed: licensed?.has(isrc) ?? null, packages: packages.get(isrc) ?? 0 }];
      }),
    );
  }
}

const signedKey = /^-?\d{1,19}$/;

function placeOf(cursor: string | undefined): AlikePlace | undefined {
  const keys = fromCursor(cursor, [signedKey, numberKey, isrcKey]);
  return keys && { key: keys[0]!, seconds: parseInt(keys[1]!, 10), isrc: keys[2]! };
}
