/** Ends a run with the one line that a script looks for: `4430 passed, 0 failed, 0 skipped`. */
export default class ClosingLine {
  #line = null;

  constructor() {
    // After jest's own summary.
    process.once('exit', () => {
      if (this.#line !== null) console.log(this.#line);
    });
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = results;
    this.#line = `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`;
  }
}
