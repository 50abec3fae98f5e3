import type { ProcessParts } from '../../src/app';
import type { ApiClient } from '../../src/sample/api-client';
import type { Credentials } from '../../src/sample/parties';
import { Given } from '../support/given';

/** Parties of a marketplace whose operator is there already; signs in anew each time, since a long run outlives its tokens. */
export class FreshParties extends Given {
  constructor(
    url: string,
    parts: ProcessParts,
    private readonly credentials: Credentials,
  ) {
    super(url, parts);
  }

  override operator(): Promise<ApiClient> {
    return this.signIn(this.credentials);
  }
}
