/**
 * One line for each file's suites, what failed at the end, and the counts in a file (option `counts`)
 * for the closing line of `npm test`. CommonJS, because mocha loads a reporter with require.
 */
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const {
  EVENT_RUN_END,
  EVENT_SUITE_BEGIN,
  EVENT_SUITE_END,
  EVENT_TEST_FAIL,
  EVENT_TEST_PASS,
  EVENT_TEST_PENDING,
} = Runner.constants;

module.exports = class Reporter extends reporters.Base {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    /** @type {import('mocha').Test[]} */
    const skipped = [];
    const counts = { passed: 0, failed: 0, skipped: 0 };
    let suite = { passed: 0, failed: 0, skipped: 0, start: Date.now() };

    runner.on(EVENT_SUITE_BEGIN, (started) => {
      if (started.parent?.root) suite = { passed: 0, failed: 0, skipped: 0, start: Date.now() };
    });
    runner.on(EVENT_TEST_PASS, () => {
      counts.passed++;
      suite.passed++;
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      counts.failed++;
      suite.failed++;
      console.log(`  ✗ ${test.fullTitle()}: ${error.message}`);
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      skipped.push(test);
      counts.skipped++;
      suite.skipped++;
    });
    runner.on(EVENT_SUITE_END, (ended) => {
      if (!ended.parent?.root) return;
      const parts = [`${suite.passed} passed`];
      if (suite.failed > 0) parts.push(`${suite.failed} failed`);
      if (suite.skipped > 0) parts.push(`${suite.skipped} SKIPPED`);
      console.log(
        `${suite.failed > 0 ? '✗' : '✓'} ${ended.title}: ${parts.join(', ')} (${Date.now() - suite.start} ms)`,
      );
    });
    runner.on(EVENT_RUN_END, () => {
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      if (counts.passed + counts.failed + counts.skipped === 0) console.log('No test was run: none fits.');
      for (const test of skipped) console.log(`SKIPPED ${test.fullTitle()}`);
      if (process.env.CI === 'true' && skipped.length > 0) {
        console.log(`${skipped.length} tests were skipped, which under CI=true is a failure.`);
        counts.failed += skipped.length;
        counts.skipped = 0;
      }
      const file = options.reporterOptions?.counts;
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
};
