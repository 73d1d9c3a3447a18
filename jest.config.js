export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Many tests wait for a network or a clock: no processor need be left free.
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/test/support/closing-line.js'],
  globalSetup: '<rootDir>/test/support/build.js',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
