import { readConfig } from './config';
import { runUntilStopped } from './lifecycle';
import { serve } from './process';

/** The process that works the job queue. */
void runUntilStopped(() => serve(readConfig(process.env), { api: false, worker: true }));
