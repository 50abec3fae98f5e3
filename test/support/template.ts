import { Client } from 'pg';
import { type EmbeddedPostgres, createDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import { templateDatabase } from './server';

/** Migrates the database that each file's, or each seed's, own is a copy of. */
export async function makeTemplate({ superuserUrl, ownerUrl, applicationUrl }: EmbeddedPostgres): Promise<void> {
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  try {
    await createDatabase(superuser, templateDatabase);
    await migrate({
      ownerUrl: toDatabase(ownerUrl, templateDatabase),
      applicationUrl: toDatabase(applicationUrl, templateDatabase),
    });
    // A connected template cannot be copied: from here on nobody connects to it.
    await superuser.query(`ALTER DATABASE ${templateDatabase} ALLOW_CONNECTIONS false`);
  } finally {
    await superuser.end();
  }
}
