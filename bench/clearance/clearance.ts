import { join } from 'node:path';
import type { Benchmark } from '../benchmark';
import type { Belongings } from '../support/belongings';
import { Child } from '../support/child';
import { caseOf, type ClearanceCase, rounded } from './case';
import { httpCases } from './over-http';
import type { MemoryFigures, MemoryOrder } from './memory-once';
import type { OracleOrder } from './oracle-once';

const plan = { recordings: 1_000_000, agreements: 1_000 };

/** Clearance in memory, by snapshot and over HTTP, each beside what it is to be measured by, and held against the kernel. */
export const clearanceBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const questions = full ? 4_000_000 : 1_000_000;
  const results: ClearanceCase[] = [];
  for (const [name, scattered] of [
    ['catalogues', false],
    ['scattered', true],
  ] as const) {
    say(`${name}: 1,000 agreements, 1,000,000 recordings ...`);
    results.push(
      ...memoryCases(
        name,
        await askChild<MemoryFigures>(belongings, 'memory-once.js', {
          ...plan,
          scattered,
          questions,
        } satisfies MemoryOrder),
      ),
    );
  }
  const asked = full ? 1_000_000 : 20_000;
  say(`oracle: ${asked} questions to random worlds ...`);
  const { differences } = await askChild<{ differences: number }>(belongings, 'oracle-once.js', {
    questions: asked,
  } satisfies OracleOrder);
  results.push(caseOf('oracle', { differencesToOracle: differences }));
  results.push(...(await httpCases({ belongings, full, say })));
  return results;
};

async function askChild<Answer>(belongings: Belongings, script: string, order: object): Promise<Answer> {
  const child = Child.start(belongings, join(__dirname, script), order);
  const answer = await child.answer<Answer>();
  await child.ended();
  return answer;
}

function memoryCases(name: string, figures: MemoryFigures): ClearanceCase[] {
  return [
    caseOf(name, {
      decisionsPerSecond: rounded(figures.decisionsPerSecond),
      parsedKeyDecisionsPerSecond: rounded(figures.parsedKeyDecisionsPerSecond),
      bytesPerPair: rounded(figures.bytesPerPair, 1),
      startSeconds: rounded(figures.startSeconds, 2),
      yardstick: 'Map of grants with sets',
      yardstickPerSecond: rounded(figures.mapDecisionsPerSecond),
    }),
    caseOf(`${name}, snapshot reader`, {
      decisionsPerSecond: rounded(figures.snapshotDecisionsPerSecond),
      openMilliseconds: rounded(figures.openMilliseconds),
      yardstick: 'the index',
      yardstickPerSecond: rounded(figures.decisionsPerSecond),
    }),
  ];
}
