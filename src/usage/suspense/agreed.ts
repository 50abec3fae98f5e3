import type { LivingAgreement } from '../../agreements';

/** What two parties ever agreed on: what one may be told about the other's catalogue here, and what a resolution may lead to. */
export interface Agreed {
  readonly isrcs: ReadonlySet<string>;
  readonly serviceIds: ReadonlySet<string>;
}

export function agreedBetween(agreements: readonly LivingAgreement[]): Agreed {
  const texts = agreements.flatMap(({ life }) => life.versions.map(({ terms }) => terms));
  return {
    isrcs: new Set(texts.flatMap(({ repertoire }) => repertoire.isrcs)),
    serviceIds: new Set(texts.flatMap(({ services }) => services.map(({ id }) => id))),
  };
}
