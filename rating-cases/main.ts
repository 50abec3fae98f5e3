import { answer } from './command';

/** `npm run -s rating-cases -- FILE [--json]`: with --json one JSON array on standard output and nothing else. */
const { status, out, err } = answer(process.argv.slice(2));
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = status;
