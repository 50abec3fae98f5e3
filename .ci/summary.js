'use strict';
// Turns Jest's own numbers into the last line of .ci/run. Arguments: Jest's JSON file, whether the check failed, whether the suite failed (0 or 1).
const { readFileSync } = require('node:fs');

const [file, check, suite] = process.argv.slice(2);

/** Jest's numbers; a suite that did not come to report any is one failure. */
function numbers() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    // A file that does not load runs no test and would otherwise fail nothing.
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return {
      passed: numPassedTests,
      failed: suite === '1' ? Math.max(failed, 1) : failed,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const { passed, failed, skipped } = numbers();
const all = failed + (check === '1' ? 1 : 0);
if (check === '1') console.log('npm run check:static failed');
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${all} failed`);
process.exitCode = all > 0 || passed === 0 ? 1 : 0;
