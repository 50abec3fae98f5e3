import { AnswerDispute } from '../../../src/settlement/statements/life/answer-dispute';
import { DisputeLines } from '../../../src/settlement/statements/life/dispute-lines';
import { codeOf } from './closes-at-once';
import { months } from '../simulator/deals';
import type { Person, Product } from '../simulator/product';
import { closed, endMonth, onACopy, type Play, seeBalanced, sendPlays, streams, territories } from './months-of-plays';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

/** Corrections of different lines under way at the same time, each of them twice. */
const pairs = 4;
const refusal = 'statement-dispute-state';

/** A line of an issued statement whose invoice is open. */
interface Line {
  readonly statement: string;
  readonly agreement: string;
  readonly line: number;
}

/**
 * T7: no posting of ours is ever reversed, so what is made twice at once is what takes a posting back: the dispute of a line, which takes it off its invoice by a
 * credit and holds it in the books, and the withdrawal, which releases it and invoices it anew. Of each pair one is done and the other is refused by name.
 */
export const correctionsAtOnce: ServiceTrial = {
  name: 'T7',
  about: 'a line is disputed twice at once, and its dispute withdrawn twice at once',
  unit: 'lines',
  sizes: { brief: 20, usual: 500, full: 500 },
  run: async (product, { size }: Order): Promise<Verdict> => {
    const found = new Found();
    const told = { credits: 0, creditsRefused: 0, releases: 0, releasesRefused: 0 };
    for (let done = 0; done < size;) {
      done += await onACopy(product, async () => {
        const lines = (await disputable(product)).slice(0, size - done);
        const before = await balances(product);
        await bothWays(product, lines, { told, found });
        await compare(product, { lines: lines.length, before, found });
        return lines.length;
      });
    }
    found.same('corrections that were done and refused', told, {
      ...{ credits: size, creditsRefused: size },
      ...{ releases: size, releasesRefused: size },
    });
    return { lines: size, ...told, found: found.list };
  },
};

type Told = { credits: number; creditsRefused: number; releases: number; releasesRefused: number };

async function bothWays(
  product: Product,
  lines: readonly Line[],
  { told, found }: { told: Told; found: Found },
): Promise<void> {
  for (let at = 0; at < lines.length; at += pairs) {
    await Promise.all(
      lines.slice(at, at + pairs).map(async (one) => {
        const opened = await twice(() => disputed(product, one));
        told.credits += opened.done.length;
        told.creditsRefused += opened.refused.filter((code) => code === refusal).length;
        for (const code of opened.refused) found.same('a second dispute', code, refusal);
        const [dispute] = opened.done;
        if (dispute === undefined) return;
        if (dispute.held_minor <= 0n) found.add(`nothing of line ${one.line} of ${one.statement} was held`);
        const ended = await twice(() => withdrawn(product, one, dispute.number));
        told.releases += ended.done.length;
        told.releasesRefused += ended.refused.filter((code) => code === refusal).length;
        for (const code of ended.refused) found.same('a second withdrawal', code, refusal);
      }),
    );
  }
}

async function twice<Result>(work: () => Promise<Result>): Promise<{ done: Result[]; refused: string[] }> {
  const endings = await Promise.allSettled([work(), work()]);
  return {
    done: endings.flatMap((ending) => (ending.status === 'fulfilled' ? [ending.value] : [])),
    refused: endings.flatMap((ending) => (ending.status === 'rejected' ? [codeOf(ending.reason)] : [])),
  };
}

const by: Person = 'platform';

const disputed = (product: Product, { statement, line }: Line) =>
  product.as(by, (tx, actor) =>
    product.service(DisputeLines).execute(tx, actor, statement, { lines: [line], reason: 'Not ours.' }),
  );

const withdrawn = (product: Product, { statement }: Line, number: number) =>
  product.as(by, (tx, actor) =>
    product.service(AnswerDispute).execute(tx, actor, {
      ...{ statementId: statement, number },
      answer: { kind: 'withdrawn' },
    }),
  );

/** Closes all months of the deals with an advance, and gives the lines of those statements that are paid in full by their invoice. */
async function disputable(product: Product): Promise<Line[]> {
  const { deals, isrcs } = product.world;
  for (const month of months) {
    endMonth(product, month);
    for (const deal of deals.keys()) {
      const plays = isrcs.flatMap((isrc) =>
        territories.flatMap((territory) =>
          [...streams, 'PermanentDownload'].map((useType, at): Play => {
            const id = [deal, month, isrc, territory, useType].join(' ');
            return { id, deal, month, isrc, territory, useType, units: 700 + 10 * at };
          }),
        ),
      );
      await sendPlays(product, plays);
      await closed(product, deal, month);
    }
  }
  const lines = await product.look<Line>(
    `SELECT s.id AS statement, s.agreement_id AS agreement, l.line
       FROM statements s JOIN statement_lines l ON l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft
       JOIN invoices i ON i.agreement_id = s.agreement_id AND i.purpose = 'royalties' AND i.source = to_char(s.month, 'YYYY-MM')
      WHERE i.amount_minor >= s.royalties_minor AND l.amount_minor > 0 ORDER BY l.line, s.month, s.agreement_id`,
  );
  if (lines.length === 0) throw new Error('no statement is paid in full');
  return lines;
}

interface Comparison {
  readonly lines: number;
  readonly before: string;
  readonly found: Found;
}

/** Every hold has been released: the balances are what they were, and each event of either kind stands in the books once. */
async function compare(product: Product, { lines, before, found }: Comparison): Promise<void> {
  found.same('balances', await balances(product), before);
  await seeBalanced(product, found);
  const [counts] = await product.look(
    `SELECT (SELECT count(*)::int FROM ledger_transactions WHERE kind = 'dispute-held') AS held,
            (SELECT count(*)::int FROM ledger_transactions WHERE kind = 'dispute-released') AS released,
            (SELECT count(*)::int FROM invoice_credits) AS credits,
            (SELECT count(*)::int FROM invoices WHERE source LIKE 'statement-dispute %') AS invoiced,
            (SELECT (sum(c.amount_minor) = (SELECT sum(amount_minor) FROM invoices WHERE source LIKE 'statement-dispute %')) FROM invoice_credits c) AS "invoicedIsCredited"`,
  );
  const each = { held: lines, released: lines, credits: lines, invoiced: lines };
  found.same('what the disputes left', counts, { ...each, invoicedIsCredited: true });
}

const balances = async (product: Product): Promise<string> =>
  (
    await product.look<{ said: string }>(
      `SELECT concat_ws(' ', agreement_id, account, sum(amount_minor)) AS said FROM ledger_postings
        GROUP BY agreement_id, account HAVING sum(amount_minor) <> 0 ORDER BY 1`,
    )
  )
    .map(({ said }) => said)
    .join('\n');
