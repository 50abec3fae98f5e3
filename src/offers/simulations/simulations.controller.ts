import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Res,
  type StreamableFile,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { csvFile, wantsCsv } from '../../platform/http/csv';
import { ChoiceField } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { getNegotiation } from '../negotiations.repository';
import { RunSimulation, SimulationBody } from './run-simulation';
import { ShareSimulation } from './share-simulation';
import { simulationCsv } from './simulation-csv';
import { SimulationSummary, simulationSummary, SimulationView, simulationView } from './simulation.view';
import { getSimulation, listSimulations } from './simulations.repository';

export class SimulationQuery {
  @ChoiceField(['json', 'csv'], { optional: true, description: '`Accept: text/csv` asks for csv as well' })
  readonly format?: 'json' | 'csv';
}

@ApiTags('simulations')
@Controller('v1')
export class SimulationsController {
  constructor(
    private readonly runSimulation: RunSimulation,
    private readonly shareSimulation: ShareSimulation,
  ) {}

  @Post('negotiations/:id/simulations')
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Run revisions: what would each of them pay?',
    description:
      'On reported usage, a file or a forecast. A run of more than 200,000 sums is answered with 202: follow its operation. Refused with `simulation-basis-invalid`, `simulation-file-invalid`, `usage-not-reported` or `simulation-too-large`; a revision that cannot be run says so in the result.',
  })
  @ApiCreatedResponse({ type: SimulationSummary })
  @ApiAcceptedResponse({ type: SimulationSummary })
  async run(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: SimulationBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SimulationSummary> {
    const run = await this.runSimulation.execute(tx, actor, id, body);
    if (run.resultHash === null) void reply.status(202);
    return simulationSummary(run);
  }

  @Get('negotiations/:id/simulations')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the runs of a negotiation that you see, oldest first' })
  @ApiOkResponse({ type: pageSchema(SimulationSummary) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<SimulationSummary>> {
    await getNegotiation(tx, id);
    const rows = await listSimulations(tx, id, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, simulationSummary, (row) => [row.requestedAt.toISOString(), row.id]);
  }

  @Get('simulations/:id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a run with its inputs, as JSON or as CSV' })
  @ApiOkResponse({ type: SimulationView })
  async one(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { format }: SimulationQuery,
    @Headers('accept') accept?: string,
  ): Promise<SimulationView | StreamableFile> {
    const run = simulationView(await getSimulation(tx, id));
    return wantsCsv(format, accept) ? csvFile(`simulation-${run.id}`, simulationCsv(run)) : run;
  }

  @Post('simulations/:id/sharing')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Show a run of yours to the other party',
    description: 'It then sees the very same run. There is no way back.',
  })
  @ApiOkResponse({ type: SimulationSummary })
  async share(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<SimulationSummary> {
    return simulationSummary(await this.shareSimulation.execute(tx, actor, id));
  }
}
