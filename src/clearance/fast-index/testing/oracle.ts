import { decideAt, type GrantOfVersion, type InstantQuestion } from '../../../kernel';
import { modelOf, territoryOf, useOf } from '../codes';
import { FastIndex, type IndexedAgreement } from '../fast-index';

/** An answer that can be compared whoever gave it. */
export type PlainAnswer =
  | { readonly agreementId: string; readonly version: number; readonly clause: string; readonly trueUntil: string }
  | { readonly reason: string };

/** The kernel's answer: one grant after the other. */
export function byTheBook(grants: readonly GrantOfVersion[], question: InstantQuestion): PlainAnswer {
  const decision = decideAt(grants, question);
  if (!decision.licensed) return { reason: decision.reason };
  const { agreementId, version, clause } = decision.grant;
  return { agreementId, version, clause, trueUntil: decision.trueUntil.toISOString() };
}

export function byIndex(index: FastIndex, question: InstantQuestion): PlainAnswer {
  const { isrc, service, territory, use, model, instant } = question;
  const at = instant.getTime();
  const codes = [territoryOf(territory), useOf(use), modelOf(model)] as const;
  const answer = index.decideIsrc(isrc, index.serviceNumber(service), ...codes, at);
  if (answer < 0) return { reason: index.reason(answer) };
  const { agreementId, version, clause } = index.name(answer);
  return { agreementId, version, clause, trueUntil: new Date(index.trueUntil(answer, at)).toISOString() };
}

export function indexOf(agreements: readonly IndexedAgreement[]): FastIndex {
  const index = new FastIndex();
  for (const agreement of agreements) index.place(agreement);
  return index;
}

/** What differs between answers to one question; undefined where nothing does. */
export const difference = (expected: PlainAnswer, found: PlainAnswer, about: object): object | undefined =>
  JSON.stringify(expected) === JSON.stringify(found) ? undefined : { ...about, expected, found };
