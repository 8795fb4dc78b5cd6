/** A project of a user of the package: it is packed as for the registry, and unpacked where `require('odradek')` finds it. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(__dirname, '../..')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project {
  readonly folder: string
  /** Runs Node in the project. What does not end within 150 s is ended, and has then no code. */
  node(...args: string[]): Promise<Ran>
  /** Runs its tests, of which the names end with `.test.js`. */
  runTests(): Promise<Ran>
  remove(): void
}

/** Inside of the repository, where the packages that it needs are found in a folder above. */
export function packedProject(): Project {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/packed-'))
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'pipe' })
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))!
  const installed = join(folder, 'node_modules/odradek')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1'])
  writeFileSync(join(folder, 'package.json'), '{ "name": "users-project", "private": true }')
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const run = (...args: string[]): Promise<Ran> => node(folder, args)
  return {
    folder,
    node: run,
    runTests: () => run(jest, '--rootDir', folder, '--ci', '-i', '--testMatch', '**/*.test.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function node(cwd: string, args: readonly string[]): Promise<Ran> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 150_000 })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => (stdout += String(chunk)))
  child.stderr.on('data', chunk => (stderr += String(chunk)))
  return new Promise(resolve =>
    child.on('close', code => resolve({ code, stdout, stderr: stderr.replace(warningOfKafkajs, '') })),
  )
}

/** kafkajs 2.2.4 sets a timer for -1 minus the time of day, which Node 24 reports. */
const warningOfKafkajs =
  /\(node:\d+\) TimeoutNegativeWarning: .*\nTimeout duration was set to 1\.\n\(Use .*--trace-warnings.*\)\n/
