import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import { Database } from '../../../platform/database/database';
import type { Tx } from '../../../platform/database/tx';
import { ChoiceField, IntegerParameter } from '../../../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../../platform/http/paging';
import { OpensOwnTransactions } from '../../../platform/http/transaction.interceptor';
import { OperationView, operationView } from '../../../platform/operations/operations.controller';
import { type EventMovement, eventMovements, type MovementKind, movementKinds } from '../../../usage';
import { LineProofView, lineProofView } from './proof.view';
import { bytesAtOnce, type LineOrder, ProveLine } from './prove-line';
import { TraceLine } from './trace-line';

export class ProofQuery {
  @IntegerParameter({ min: 1, max: 1000, optional: true, description: 'lines of each report that are listed' })
  readonly limit: number = 100;
}

export class MovementsQuery extends PageQuery {
  @ChoiceField(['counted', 'corrected'], {
    optional: true,
    description: 'of a correction: what it counts (where absent), or what was counted before',
  })
  readonly reading?: 'counted' | 'corrected';
}

export class EventMovementView {
  @ApiProperty() readonly source!: string;
  @ApiProperty() readonly id!: string;
  @ApiProperty({
    enum: movementKinds,
    description:
      'counted as it came; matched: held at first; void: taken back; shared: put in place of the whole where the label controls a part',
  })
  readonly kind!: MovementKind;
  @ApiProperty({ example: '1', description: 'below zero where it takes away' }) readonly units!: string;
  @ApiProperty({ description: 'when it came to count, among all events' }) readonly position!: string;
}

/** From a line of a statement to what it is made of. */
@ApiTags('statements')
@Controller('v1/statements/:id/lines/:line')
export class ProofController {
  constructor(
    private readonly database: Database,
    private readonly proveLine: ProveLine,
    private readonly traceLine: TraceLine,
  ) {}

  @Get('proof')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'Prove a line: its clause, sums, reports and the lines in them',
    description:
      'The stored files are read once more to find the lines; where they are large, `traces` is null, and `POST …/traces` finds them as an operation. Of a correction both readings are told.',
  })
  @ApiOkResponse({ type: LineProofView })
  async proof(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('line') line: string,
    @Query() { limit }: ProofQuery,
  ): Promise<LineProofView> {
    const order = await this.database.withTenant(
      actor,
      (tx) => this.proveLine.prepare(tx, id, line, { rates: true }),
      'read',
    );
    return lineProofView(await this.proveLine.prove(order, { limit, bytesMax: bytesAtOnce }));
  }

  @Post('traces')
  @HttpCode(202)
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Find the lines behind a line, however large its reports are',
    description:
      'Follow the operation; its result has `counted` and, of a correction, `corrected`: the reports as `proof` tells them, with up to 1,000 lines of each.',
  })
  @ApiAcceptedResponse({ type: OperationView })
  async trace(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('line') line: string,
  ): Promise<OperationView> {
    return operationView(await this.traceLine.ask(tx, actor, id, line));
  }

  @Get('events')
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'List the events behind a line as they came to count',
    description: 'Empty where reports are the money. The units add up to what `proof` tells of the events.',
  })
  @ApiOkResponse({ type: pageSchema(EventMovementView) })
  async events(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('line') line: string,
    @Query() { limit, cursor, reading = 'counted' }: MovementsQuery,
  ): Promise<Page<EventMovementView>> {
    const after = movementOf(fromCursor(cursor, [/^\d{1,18}$/, hexadecimal, hexadecimal, kindKey]));
    const order = await this.proveLine.prepare(tx, id, line, { rates: false });
    const rows = await movementsOf(tx, order, { reading, after, limit: limit + 1 });
    return pageOf(rows, limit, movementView, ({ position, source, id: event, kind }) => [
      ...[String(position), toHex(source), toHex(event), kind],
    ]);
  }
}

type After = Pick<EventMovement, 'position' | 'source' | 'id' | 'kind'> | undefined;

async function movementsOf(
  tx: Tx,
  order: LineOrder,
  { reading, after, limit }: { reading: 'counted' | 'corrected'; after: After; limit: number },
): Promise<EventMovement[]> {
  const { agreement, month, key } = order;
  const events = order[reading]?.events ?? null;
  if (events === null || key === undefined) return [];
  const wanted = { agreement, month, position: events.position, key };
  return tx.asSystem(() => eventMovements(tx, wanted, after, limit));
}

/** Sources and ids may be any text: their bytes in hexadecimal cannot be taken for anything else. */
const hexadecimal = /^([0-9a-f]{2})+$/;
const kindKey = new RegExp(`^(${movementKinds.join('|')})$`);
const toHex = (text: string): string => Buffer.from(text).toString('hex');
const fromHex = (hex = ''): string => Buffer.from(hex, 'hex').toString('utf8');

function movementOf(keys: readonly string[] | undefined): After {
  if (keys === undefined) return undefined;
  const [position = '0', source, id, kind] = keys;
  return { position: BigInt(position), source: fromHex(source), id: fromHex(id), kind: kind as MovementKind };
}

const movementView = ({ source, id, kind, units, position }: EventMovement): EventMovementView => ({
  source,
  id,
  kind,
  units: String(units),
  position: String(position),
});
