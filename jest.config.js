/** Unit, house, conformance and story tests: no other process, no network but loopback. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }] },
  setupFiles: ['<rootDir>/test/setup.ts'],
  maxWorkers: 2,
  // Jest gives a process half a second to go, and Node takes longer to take hundreds of megabytes apart: none grows so large.
  workerIdleMemoryLimit: '250MB',
  // For what hangs. No test may fail because the machine is slow.
  testTimeout: 60_000,
}
