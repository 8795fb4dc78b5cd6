/**
 * Builds `dist` from `src`: the library file by file with its types, and two programs as one file each: the command line,
 * `dist/cli/main.js`, and what a thread of an embedded broker runs, `dist/embedded/guest.js`. A program of one file
 * starts twice as fast as one of some hundred. Packages stay outside and are loaded when they are needed. Nothing is
 * minified: that starts no faster, and stack traces are for reading.
 */
const { spawnSync } = require('node:child_process')
const { existsSync, mkdirSync, rmSync, writeFileSync } = require('node:fs')
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
const { aroundProgram } = require(path.join(root, 'dist/platform/node/compiled.js'))
buildAddon()
const programs = ['cli/main', 'embedded/guest']
for (const program of programs) {
  buildSync({
    absWorkingDir: root,
    entryPoints: [`src/${program}.ts`],
    outfile: `dist/${program}.js`,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    external: ['#crc32c'],
    banner: { js: aroundProgram.banner },
    footer: { js: aroundProgram.footer },
    logLevel: 'warning',
  })
}
writeModule()
writeForJest()
for (const program of programs) run('scripts/compile-ahead.js', program)

/**
 * The checksum in C, where that can be built; elsewhere a package does it, more slowly. A failing compiler is told and stops nothing:
 * whoever has only Node is to have a broker.
 */
function buildAddon() {
  if (process.arch !== 'x64' || process.platform === 'win32') return
  const out = path.join(root, 'dist/native/crc32c.node')
  mkdirSync(path.dirname(out))
  const libraryFlags = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  const headers = require('node-api-headers').include_dir
  const compiler = process.env.CC ?? 'cc'
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-I', headers]
  const { error, status, stderr } = spawnSync(compiler, [...flags, ...libraryFlags, '-o', out, 'native/crc32c.c'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status === 0) return
  rmSync(out, { force: true })
  if (error?.code === 'ENOENT') process.stderr.write(`There is no C compiler (${compiler}): checksums will be slower.\n`)
  else process.stderr.write(`The checksum was not compiled, and will be slower: ${error?.message ?? stderr}\n`)
}

/** Jest takes what a file exports by default, or as a whole, which no file of ours does. */
function writeForJest() {
  const runners = path.join(root, 'dist/embedded/runners')
  const write = (name, code) => writeFileSync(path.join(runners, name), `'use strict'\nmodule.exports = ${code}\n`)
  for (const part of ['setup', 'teardown']) {
    write(`jest-${part}.js`, `require('./jest-run.js').${part}`)
    writeFileSync(path.join(runners, `jest-${part}.d.ts`), `import { ${part} } from './jest-run'\nexport = ${part}\n`)
  }
  // The environment is a text, and the globals of the setup are not those of tests: each file gets its list anew.
  write('jest-globals.js', `globalThis.__KAFKA_BROKERS__ = process.env.KAFKA_BROKERS?.split(',')`)
  const whole = `globalSetup: require.resolve('./jest-setup.js'), globalTeardown: require.resolve('./jest-teardown.js')`
  write('jest-preset.js', `{ ${whole}, setupFiles: [require.resolve('./jest-globals.js')] }`)
}

/** The same library for `import`, by the names that it has: Node finds those of a CommonJS file by guessing only. */
function writeModule() {
  const names = Object.keys(require(path.join(root, 'dist/index.js')))
  const lines = names.map(name => `export const ${name} = library.${name}`)
  writeFileSync(path.join(root, 'dist/index.mjs'), [`import library from './index.js'`, ...lines, ''].join('\n'))
  writeFileSync(path.join(root, 'dist/index.d.mts'), `export * from './index.js'\n`)
}
