import { readConfig } from './config';
import { runUntilStopped } from './lifecycle';
import { serve } from './process';

/** The API process. */
void runUntilStopped(() => serve(readConfig(process.env), { api: true, worker: false }));
