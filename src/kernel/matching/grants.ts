import { type Period } from '../calendar';
import { territoryNumbers } from '../territory';
import { type Terms } from '../terms';
import { coveredUses, modelNumber, useNumber } from '../uses';

/** What a grant permits on its days: one that waits for its conditions, is suspended or withdrawn answers no with that reason. */
export type GrantState = 'in-force' | 'not-yet' | 'suspended' | 'withdrawn';

/** A grant as matching wants it: expanded sets of ids and stable numbers. The clause is the grant's id in the terms. */
export interface GrantInForce {
  readonly agreementId: string;
  readonly clause: string;
  readonly services: ReadonlySet<string>;
  /** The recordings licensed; undefined when the caller has already looked the recording up. */
  readonly isrcs?: ReadonlySet<string>;
  /** Numbers of the uses granted, children of granted parents included. */
  readonly uses: ReadonlySet<number>;
  readonly models: ReadonlySet<number>;
  readonly territories: ReadonlySet<number>;
  readonly inForce: Period;
  readonly state: GrantState;
}

/** A stretch of time, to the instant, in which a licence does not hold although its days are licensed ones. Those of a grant are in order. */
export interface Pause {
  readonly from: Date;
  /** Null: it goes on. */
  readonly until: Date | null;
  readonly state: 'not-yet' | 'suspended' | 'withdrawn';
}

/** The grants of terms, in the order written, under the id of the agreement that they became. */
export function grantsOf(terms: Terms, agreementId: string, state: GrantState = 'in-force'): GrantInForce[] {
  const isrcs = new Set(terms.repertoire.isrcs);
  return terms.grants.map((grant) => ({
    agreementId,
    clause: grant.id,
    services: new Set(grant.services),
    isrcs,
    uses: new Set(grant.uses.flatMap(coveredUses).map(useNumber)),
    models: new Set(grant.models.map(modelNumber)),
    territories: new Set(territoryNumbers(grant.territories)),
    inForce: terms.term,
    state,
  }));
}
