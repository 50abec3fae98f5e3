import { openParts, type ProcessParts } from '../../src/app';
import { readConfig } from '../../src/config';
import { setUpOperator } from '../../src/parties';
import type { ApiClient } from '../../src/sample/api-client';
import { type Credentials, newPassword, signIn } from '../../src/sample/parties';
import { FreshParties, person } from './party-source';
import type { PatientClient } from './patient-client';
import type { System } from './system';

/** The marketplace of a run: its operator, and what is done in peace, before processes die. */
export class Marketplace {
  private readonly credentials: Credentials = { email: 'operator@accordo.example', password: newPassword() };

  constructor(private readonly system: System) {}

  /** From here on its operator is there. */
  open(): Promise<unknown> {
    return this.withParts(({ database, clock }) =>
      setUpOperator(database, clock, { name: 'Operator', ...this.credentials }),
    );
  }

  /** Gives what a process of the product is made of, for what the API does not offer. */
  async withParts<Result>(use: (parts: ProcessParts) => Promise<Result>): Promise<Result> {
    const parts = await openParts(readConfig(this.system.configuration));
    return use(parts).finally(() => parts.close());
  }

  /** Where its parties come from. */
  parties(parts: ProcessParts): FreshParties {
    return new FreshParties(this.system.url, parts, this.credentials);
  }

  operator(): Promise<ApiClient> {
    return signIn(this.system.url, this.credentials);
  }

  /** The operator, while processes die. */
  patientOperator(): PatientClient {
    return person(this.system.url, this.credentials);
  }
}
