import { Controller, Get, Param, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { getAgreement } from '../../../agreements';
import { canonicalText, ledgerSchemas, ledgerTypes } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import { Clock } from '../../../platform/clock';
import { Database } from '../../../platform/database/database';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { IntegerParameter } from '../../../platform/http/fields';
import { OpensOwnTransactions } from '../../../platform/http/transaction.interceptor';
import { Keyring } from '../../../platform/keyring/keyring';
import { signedText } from '../../../platform/keyring/signed-text';
import { checkpointView, consistencyOf, inclusionOf, provenOf } from './log-proofs';
import { type Checkpoint, countLogged, findCheckpoint, findLogged, loggedAfter } from './log.repository';
import { CheckpointView, ConsistencyView, InclusionView } from './log.view';
import { hasTransaction } from '../ledger';

export class ConsistencyQuery {
  @IntegerParameter({ min: 1, max: Number.MAX_SAFE_INTEGER, description: 'size of the earlier checkpoint' })
  readonly from!: number;

  @IntegerParameter({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    description: 'size of the later checkpoint; the latest one where absent',
  })
  readonly to?: number;
}

const bundleBatch = 500;

@ApiTags('ledger')
@Controller('v1')
export class LogController {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  @Get('ledger/checkpoint')
  @Allow()
  @ApiOperation({
    summary: 'Get the latest signed checkpoint of the ledger',
    description: 'Keep it: whatever is shown later must continue it.',
  })
  @ApiOkResponse({ type: CheckpointView })
  async checkpoint(@InTx() tx: Tx): Promise<CheckpointView> {
    return checkpointView(await getCheckpoint(tx));
  }

  @Get('ledger/consistency')
  @Allow()
  @ApiOperation({ summary: 'Prove that a checkpoint continues an earlier one' })
  @ApiOkResponse({ type: ConsistencyView })
  async consistency(@InTx() tx: Tx, @Query() { from, to }: ConsistencyQuery): Promise<ConsistencyView> {
    const later = await getCheckpoint(tx, to);
    const earlier = await getCheckpoint(tx, from);
    if (earlier.size > later.size) throw new DomainError('not-found', 'the checkpoint `to` is before `from`');
    return consistencyOf(tx, earlier, later);
  }

  @Get('agreements/:id/ledger/:transactionId/inclusion')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Prove that a ledger transaction is in the signed log',
    description: 'For the latest checkpoint; `ledger-not-logged` in the seconds before the transaction is part of one.',
  })
  @ApiOkResponse({ type: InclusionView })
  async inclusion(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) agreementId: string,
    @Param('transactionId', ParseUUIDPipe) id: string,
  ): Promise<InclusionView> {
    await getAgreement(tx, agreementId);
    if (!(await hasTransaction(tx, agreementId, id))) throw new DomainError('not-found');
    const checkpoint = await findCheckpoint(tx);
    const logged = checkpoint && (await findLogged(tx, { agreementId, id, size: checkpoint.size }));
    if (logged === undefined) throw new DomainError('ledger-not-logged');
    return inclusionOf(tx, logged, checkpoint!);
  }

  @Get('agreements/:id/ledger/bundle')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download all ledger transactions of an agreement with their proofs',
    description:
      '`accordo verify ledger` checks it offline: that all are there, unchanged, in their order, under the checkpoint.',
  })
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  async bundle(@By() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { checkpoint, transactions } = await this.database.withTenant(
      actor,
      async (tx) => {
        await getAgreement(tx, id);
        const latest = await getCheckpoint(tx);
        return { checkpoint: latest, transactions: await countLogged(tx, id, latest.size) };
      },
      'read',
    );
    const head = await this.bundleHead(id, checkpoint, transactions);
    return new StreamableFile(Readable.from(this.bundleLines(actor, { id, head, checkpoint })), {
      type: 'application/x-ndjson; charset=utf-8',
      disposition: `attachment; filename="ledger-${id}.ndjson"`,
    });
  }

  private async bundleHead(agreement: string, { jws, root, size }: Checkpoint, transactions: number): Promise<string> {
    const claims = {
      agreement,
      root: root.toString('base64url'),
      signedAt: this.clock.now().toISOString(),
      size,
      transactions,
    };
    const text = canonicalText(claims);
    const extract = await signedText(this.keyring, { purpose: 'ledger', typ: ledgerTypes.extract }, text);
    return canonicalText({ checkpoint: jws, extract, schema: ledgerSchemas.bundle });
  }

  /** Neither transactions nor nodes change, so each batch may have a short transaction of its own: a slow reader holds none open. */
  private async *bundleLines(
    actor: Actor,
    { id, head, checkpoint: { size } }: { readonly id: string; readonly head: string; readonly checkpoint: Checkpoint },
  ): AsyncGenerator<string> {
    yield `${head}\n`;
    for (let after = 0; ;) {
      const lines = await this.database.withTenant(
        actor,
        async (tx) => {
          const entries = await loggedAfter(tx, { agreementId: id, size, after, limit: bundleBatch });
          return provenOf(tx, entries, size);
        },
        'read',
      );
      yield lines.map((line) => `${canonicalText(line)}\n`).join('');
      if (lines.length < bundleBatch) return;
      after += lines.length;
    }
  }
}

async function getCheckpoint(tx: Tx, size?: number): Promise<Checkpoint> {
  const checkpoint = await findCheckpoint(tx, size);
  if (checkpoint === undefined) throw new DomainError('not-found', 'there is no such checkpoint');
  return checkpoint;
}
