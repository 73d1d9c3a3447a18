const { strictEqual } = require('node:assert/strict');
const { analyze, check, diff, explain, SCHEMA } = require('sockscope');

const [good, reset] = process.argv.slice(2);
(async () => {
  const analysis = analyze(reset, { where: 'close.style == "reset"' });
  for await (const { sockets } of analysis) strictEqual(sockets.client.error, 'ECONNRESET');
  strictEqual((await analysis.summary).connections.tcp, 1);
  strictEqual((await check(good, ['no-resets'])).outcome, 'passed');
  strictEqual((await diff(good, reset)).after.connections, 1);
  strictEqual((await explain(reset)).includes('RST'), true);
  strictEqual(SCHEMA, 1);
})();
