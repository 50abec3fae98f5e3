import { Snapshot } from '../../client/snapshot';
import { FIRST_LIST } from '../../client/snapshot-file';
import {
  byIndex,
  byTheBook,
  difference,
  indexOf,
  type PlainAnswer,
} from '../../src/clearance/fast-index/testing/oracle';
import { randomWorld, worldServices } from '../../src/clearance/fast-index/testing/random-worlds';
import { contentOf } from '../../src/clearance/snapshots/content';
import { fileBefore, tablesOf } from '../../src/clearance/snapshots/write-file';
import type { InstantQuestion } from '../../src/kernel';
import { runAsChild, tell } from '../support/child';
import { testSigner } from './test-signer';

export interface OracleOrder {
  readonly questions: number;
}

const questionsAWorld = 500;

/** Random questions to random worlds, answered by the index, by the snapshot reader and by the kernel: how many answers differ. */
runAsChild(async ({ questions }: OracleOrder) => {
  let differences = 0;
  for (let seed = 1; seed <= questions / questionsAWorld; seed += 1) {
    const world = randomWorld(seed + 1_000_000);
    const index = indexOf(world.agreements);
    const snapshots = new Map(
      worldServices.map((serviceId) => {
        const tables = tablesOf({ ...contentOf(index, serviceId, undefined), firstList: FIRST_LIST });
        const header = { kind: 'whole', serviceId, number: 1, base: 0, madeAt: 0 } as const;
        return [serviceId, Snapshot.open(testSigner.sign(fileBefore(testSigner.kid, header, tables)), testSigner.keys)];
      }),
    );
    for (let asked = 0; asked < questionsAWorld; asked += 1) {
      const question = { ...world.question(), service: worldServices[asked % worldServices.length]! };
      const expected = byTheBook(world.grants, question);
      const found = [byIndex(index, question), bySnapshot(snapshots.get(question.service)!, question)];
      differences += found.filter((answer) => difference(expected, answer, {}) !== undefined).length;
    }
  }
  tell({ differences });
});

function bySnapshot(snapshot: Snapshot, { isrc, territory, use, model, instant }: InstantQuestion): PlainAnswer {
  const answer = snapshot.answer({ isrc, territory, useType: use, commercialModel: model, at: instant });
  if (!answer.licensed) return { reason: answer.reason };
  const { agreementId, version, clause, trueUntil } = answer;
  return { agreementId, version, clause, trueUntil: trueUntil.toISOString() };
}
