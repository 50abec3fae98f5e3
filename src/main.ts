import { readConfig } from './config';
import { runUntilStopped, serve } from './process';

/** The API process. */
void runUntilStopped(() => serve(readConfig(process.env), { api: true, worker: false }));
