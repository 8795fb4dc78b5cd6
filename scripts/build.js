/**
 * Builds `dist` from `src`: the library file by file with its types, and the command line as one file,
 * `dist/cli/main.js`, since a program of one file starts twice as fast as one of some hundred. Packages stay outside and
 * are loaded when they are needed. Nothing is minified: that starts no faster, and stack traces are for reading.
 */
const { spawnSync } = require('node:child_process')
const { existsSync, rmSync } = require('node:fs')
const path = require('node:path')

const root = path.dirname(__dirname)

/** Runs a program of Node, and ends with it when it fails. */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

let buildSync
try {
  ;({ buildSync } = require('esbuild'))
} catch {
  // As with `npm ci --omit=dev`: a dist that was built before is all that is needed then.
  process.stderr.write('The packages for development are not installed, so nothing is built.\n')
  process.exit(existsSync(path.join(root, 'dist/cli/main.js')) ? 0 : 1)
}

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
run(require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json')
buildSync({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/main.js',
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
run('scripts/compile-ahead.js')
