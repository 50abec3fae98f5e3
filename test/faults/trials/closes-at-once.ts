import { Approvals } from '../../../src/platform/approvals/approvals';
import { DomainError } from '../../../src/platform/errors/domain-error';
import type { JobPayload } from '../../../src/platform/jobs/jobs';
import { ClosePeriod } from '../../../src/settlement/statements/close-period';
import { RequestClose } from '../../../src/settlement/statements/request-close';
import { months } from '../simulator/deals';
import type { Product } from '../simulator/product';
import { waitingJobs } from '../simulator/queue';
import { endMonth, onACopy, seeBalanced, sendPlays } from './months-of-plays';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

/** As many as ask, work and decide at once. */
const crowd = 8;
const everyone = <Result>(work: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: crowd }, work));

/**
 * T6: sixteen ask for the close of one month, eight workers close it at once, eight people decide about its draft at once, and eight workers more come after it is
 * issued. One draft and one statement come of it, all requests are answered with it, and seven of eight decisions hear that it is decided.
 */
export const closesAtOnce: ServiceTrial = {
  name: 'T6',
  about: 'a month is closed by eight at once',
  unit: 'closes',
  sizes: { brief: 6, usual: 100, full: 100 },
  run: async (product, { size }: Order): Promise<Verdict> => {
    const found = new Found();
    const counts = { closes: 0, statements: 0, alreadyDone: 0, alreadyDecided: 0, alreadyClosed: 0 };
    while (counts.closes < size) {
      await onACopy(product, async () => {
        for (const [at, month] of months.entries()) {
          endMonth(product, month);
          for (const deal of product.world.deals.keys()) {
            if (counts.closes === size) break;
            await sendPlays(product, [play(product, { deal, month, units: 1_000 + 37 * at })]);
            const told = await closeAtOnce(product, { deal, month, found });
            counts.closes += 1;
            for (const [what, count] of Object.entries(told)) counts[what as keyof typeof told] += count;
          }
        }
        await seeBalanced(product, found);
      });
    }
    found.same('statements', counts.statements, counts.closes);
    found.same('workers that found it done', counts.alreadyDone, (2 * crowd - 1) * counts.closes);
    found.same('decisions that came late', counts.alreadyDecided, (crowd - 1) * counts.closes);
    found.same('requests after it', counts.alreadyClosed, counts.closes);
    return { ...counts, found: found.list };
  },
};

interface Month {
  readonly deal: number;
  readonly month: string;
}

const play = ({ world }: Product, { deal, month, units }: Month & { units: number }) => ({
  ...{ id: `${deal} ${month}`, deal, month, units },
  ...{ isrc: world.isrcs[0]!, territory: 'RU', useType: 'OnDemandStream' },
});

interface Told {
  readonly statements: number;
  readonly alreadyDone: number;
  readonly alreadyDecided: number;
  readonly alreadyClosed: number;
}

async function closeAtOnce(product: Product, { deal, month, found }: Month & { found: Found }): Promise<Told> {
  const { agreementId } = product.world.deals[deal]!;
  const ask = () =>
    product.as('label', (tx, actor) => product.service(RequestClose).execute(tx, actor, agreementId, { month }));
  const asked = [...(await everyone(ask)), ...(await everyone(ask))].map(({ id }) => id);
  const jobs = (await waitingJobs(product)).filter(({ payload }) => asked.includes(payload['operationId'] ?? ''));
  found.same(`jobs of ${month}`, jobs.length, 2 * crowd);
  const work = (payload: JobPayload) => product.service(ClosePeriod).execute(payload);
  await Promise.all(jobs.slice(0, crowd).map(({ payload }) => work(payload)));
  const decided = await decideAtOnce(product, agreementId, month);
  // These asked in time, and their turn comes after the statement is issued.
  await Promise.all(jobs.slice(crowd).map(({ payload }) => work(payload)));
  const answers = await answersOf(product, asked);
  const statements = await product.look<{ id: string }>(
    'SELECT id FROM statements WHERE agreement_id = $1 AND month = $2',
    [agreementId, `${month}-01`],
  );
  const right = `done ${statements[0]?.id}`;
  for (const answer of answers) found.same(`a close of ${month}`, answer, right);
  const later = await ask().then(() => 'done', codeOf);
  return {
    statements: statements.length,
    // One of them has made it.
    alreadyDone: answers.filter((answer) => answer === right).length - 1,
    alreadyDecided: decided.filter((code) => code === 'approval-decided').length,
    alreadyClosed: later === 'period-already-closed' ? 1 : 0,
  };
}

const answersOf = async (product: Product, operationIds: readonly string[]): Promise<string[]> =>
  (
    await product.look<{ said: string }>(
      `SELECT concat_ws(' ', state, result ->> 'statementId', problem ->> 'code') AS said FROM operations WHERE id = ANY($1::uuid[])`,
      [operationIds],
    )
  ).map(({ said }) => said);

/** How eight decisions about the month's only draft ended. */
async function decideAtOnce(product: Product, agreementId: string, month: string): Promise<string[]> {
  const drafts = await product.look<{ approval: string }>(
    `SELECT a.id AS approval FROM statement_drafts d JOIN approvals a ON a.subject_id = d.id WHERE d.agreement_id = $1 AND d.month = $2`,
    [agreementId, `${month}-01`],
  );
  if (drafts.length !== 1) throw new Error(`${month} has ${drafts.length} drafts`);
  const [{ approval }] = drafts as [{ approval: string }];
  return everyone(() =>
    product
      .as('colleague', (tx, actor) => product.service(Approvals).decide(tx, actor, approval, 'approved'))
      .then(() => 'done', codeOf),
  );
}

export const codeOf = (error: unknown): string => {
  if (error instanceof DomainError) return error.code;
  throw error;
};
