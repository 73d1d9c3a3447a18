const { diff } = require('sockscope');
const { analyze, canRecord, matchers } = require('sockscope/jest');

const { GOOD, RESET } = process.env;
expect.extend(matchers);

test('captures and connections are judged', async () => {
  await expect(GOOD).toCloseGracefully();
  await expect(RESET).not.toHaveNoResets();
  for await (const connection of analyze(RESET)) {
    expect(connection).toSeeErrno('client', 'ECONNRESET');
    expect(connection).toSatisfy('close.firstCloser == "server"');
    expect(() => expect(connection).toHaveNoResets()).toThrow(/SYN[\s\S]*RST/);
  }
});

test('the library is there as well', async () => {
  expect((await diff(GOOD, RESET)).after.connections).toBe(1);
  expect(typeof (await canRecord()).possible).toBe('boolean');
});
