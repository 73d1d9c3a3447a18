// Run by jest and by vitest, whose expect and test are global.
import { diff } from 'sockscope';
import { analyze, canRecord, matchers, recordCapture } from 'sockscope/jest';

const { GOOD, RESET } = process.env;
expect.extend(matchers);

test('captures and connections are judged', async () => {
  await expect(GOOD).toCloseGracefully();
  await expect(analyze(GOOD)).toHaveNoResets();
  await expect(RESET).not.toHaveNoResets();
  for await (const connection of analyze(RESET)) {
    expect(connection).toSeeErrno('client', 'ECONNRESET');
    expect(connection).toSatisfy('close.firstCloser == "server"');
    expect(() => expect(connection).toHaveNoResets()).toThrow(/SYN[\s\S]*RST/);
  }
});

test('the library is there as well', async () => {
  expect((await diff(GOOD, RESET)).after.connections).toBe(1);
});

const { possible } = await canRecord();
(possible ? test : test.skip)('a recording is made', async () => {
  const recording = await recordCapture({ filter: 'tcp port 9' });
  expect(await recording.stop()).toEqual([]);
});
