/** The steps that `npm run check` and `.ci/run` are made of. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Step, jest, tool } from './steps'

/** Limits are for what hangs: several times what a step takes, since some machines are several times as slow. */
const minute = 60_000

export const staticSteps: readonly Step[] = [
  { name: 'types', command: tool('typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'), timeoutMs: 6 * minute },
  { name: 'lint', command: tool('oxlint/bin/oxlint'), timeoutMs: 2 * minute },
  { name: 'format', command: tool('@biomejs/biome/bin/biome', 'format', '.'), timeoutMs: 2 * minute },
  { name: 'unused', command: tool('knip/bin/knip.js'), timeoutMs: 4 * minute },
]

export const houseSteps: readonly Step[] = [
  { name: 'house', command: jest('--maxWorkers=1', 'test/house'), timeoutMs: 6 * minute },
]

export const unitSteps: readonly Step[] = [
  { name: 'unit', command: jest('--maxWorkers=1', 'test/unit'), timeoutMs: 10 * minute },
]

/** What README calls the tests: everything that needs no Kafka. */
export const testStep: Step = { name: 'npm test', command: ['npm', 'test', '--', '--ci'], timeoutMs: 20 * minute }

/** Stories of a whole node in a simulated world, with lost writes; some 70 s of both cores, where those are free. */
export const simulationStep: Step = {
  name: 'simulation',
  command: ['npm', 'run', 'sim', '--', '--seed', '1', '--seeds', '500'],
  timeoutMs: 16 * minute,
}

/** The newest Node that is supported, out of npm, in a folder to be removed; null where npm has none for this machine. */
export function newestNode(): { readonly folder: string; readonly install: Step; readonly system: Step } | null {
  const name = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform as string]
  if (!name || !['x64', 'arm64'].includes(process.arch)) return null
  const bundle = `node-${name}-${process.arch}`
  const folder = mkdtempSync(join(tmpdir(), 'odradek-node-'))
  const program = join(folder, 'node_modules', bundle, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  return {
    folder,
    install: {
      name: 'get node 24',
      command: ['npm', 'install', '--prefix', folder, '--no-save', '--no-package-lock', `${bundle}@24`],
      timeoutMs: 6 * minute,
    },
    system: {
      name: 'system tests on node 24',
      command: [program, 'node_modules/jest/bin/jest.js', '--ci', 'test/system'],
      timeoutMs: 10 * minute,
    },
  }
}

/** What the judges use beside Node. Each judge says itself what it leaves out where something is missing. */
export const judgeToolsStep: Step = {
  name: 'get judges',
  command: ['bash', 'scripts/ci/install.sh'],
  timeoutMs: 10 * minute,
}

/** What needs a real Kafka, one core each: the two lists go on side by side, with brokers of their own. */
export const busyLanes: readonly (readonly Step[])[] = [
  [
    { name: 'oracle', command: ['npm', 'run', 'oracle'], timeoutMs: 16 * minute },
    { name: 'oracle of access', command: ['npm', 'run', 'oracle', '--', '--secured'], timeoutMs: 10 * minute },
    { name: 'oracle of starts', command: ['npm', 'run', 'oracle', '--', '--starts'], timeoutMs: 10 * minute },
  ],
  [
    { name: 'files', command: ['npm', 'run', 'files'], timeoutMs: 16 * minute },
    { name: 'nodes', command: ['npm', 'run', 'nodes'], timeoutMs: 8 * minute },
    { name: 'embedded', command: ['npm', 'run', 'embedded'], timeoutMs: 8 * minute },
    { name: 'oracle of sasl', command: ['npm', 'run', 'oracle', '--', '--sasl'], timeoutMs: 10 * minute },
    { name: 'torture', command: ['npm', 'run', 'torture', '--', '--rounds', '20'], timeoutMs: 10 * minute },
    {
      name: 'torture of transactions',
      command: ['npm', 'run', 'torture', '--', '--transactions', '--rounds', '20'],
      timeoutMs: 10 * minute,
    },
  ],
]

/** More judges, with real clients, which wait more than they work: three lists side by side. */
export const waitingLanes: readonly (readonly Step[])[] = [
  [
    { name: 'compat', command: ['npm', 'run', 'compat'], timeoutMs: 20 * minute },
    { name: 'acls', command: ['npm', 'run', 'acls', '--', '--rounds', '60'], timeoutMs: 6 * minute },
    {
      name: 'walks with silences',
      command: ['npm', 'run', 'walks', '--', '--of', 'silences', '--rounds', '6', '--length', '24'],
      timeoutMs: 16 * minute,
    },
  ],
  [
    { name: 'tools', command: ['npm', 'run', 'tools'], timeoutMs: 16 * minute },
    { name: 'walks', command: ['npm', 'run', 'walks', '--', '--rounds', '15'], timeoutMs: 10 * minute },
    {
      name: 'walks of older levels',
      command: 'npm run walks -- --rounds 15 --of transactions --transaction-version 1'.split(' '),
      timeoutMs: 6 * minute,
    },
    {
      name: 'walks canary',
      command: ['npm', 'run', 'walks', '--', '--rounds', '5', '--of', 'groups', '--canary'],
      timeoutMs: 4 * minute,
    },
    {
      name: 'torture canary',
      command: ['npm', 'run', 'torture', '--', '--rounds', '1', '--canary'],
      timeoutMs: 4 * minute,
    },
  ],
  [
    { name: 'releases', command: ['npm', 'run', 'releases'], timeoutMs: 10 * minute },
    { name: 'examples', command: ['npm', 'run', 'examples'], timeoutMs: 10 * minute },
    { name: 'apps', command: ['npm', 'run', 'apps'], timeoutMs: 16 * minute },
    { name: 'chains', command: ['npm', 'run', 'chains'], timeoutMs: 16 * minute },
  ],
]
