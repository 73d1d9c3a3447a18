export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Many tests wait for a network or a clock: no processor need be left free.
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/test/support/closing-line.js'],
  globalSetup: '<rootDir>/test/support/build.js',
  // For every test, also on a slow machine: twice what a wait within a test may take (test/support/patience.ts).
  testTimeout: 240_000,
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
