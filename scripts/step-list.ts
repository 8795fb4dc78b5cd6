/** The steps that `npm run check` and `.ci/run` are made of. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Step, jest, tool } from './steps'

/** Limits are for what hangs: several times what a step takes, since some machines are several times as slow. */
const minute = 60_000

/** A step that has others beside it, and how much of a machine it takes where `roomOfCore` is what one core has. */
export interface SizedStep extends Step {
  readonly size: number
}

export const roomOfCore = 6

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

/** What README calls the tests: everything that needs no Kafka. Its two processes wait a third of the time. */
export const testStep: SizedStep = {
  name: 'npm test',
  size: roomOfCore + 2,
  command: ['npm', 'test', '--', '--ci'],
  timeoutMs: 20 * minute,
}

/** Stories of a whole node in a simulated world, with lost writes; some 140 s of a core that is free. */
export const simulationStep: SizedStep = {
  name: 'simulation',
  size: roomOfCore - 2,
  command: ['npm', 'run', 'sim', '--', '--seed', '1', '--seeds', '500', '--jobs', '1'],
  timeoutMs: 20 * minute,
}

/** The newest Node that is supported, out of npm, in a folder to be removed; null where npm has none for this machine. */
export function newestNode(): { readonly folder: string; readonly install: Step; readonly system: SizedStep } | null {
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
      size: roomOfCore,
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

const npm = (size: number, name: string, minutes: number, script: string): SizedStep => ({
  name,
  size,
  command: ['npm', 'run', ...script.split(' ')],
  timeoutMs: minutes * minute,
})

/**
 * Each has brokers of its own. The sizes are from seconds of CPU beside seconds that each took. Those that take longest come first,
 * so that nothing long is left for the end.
 */
export const judgeSteps: readonly SizedStep[] = [
  npm(5, 'oracle', 16, 'oracle'),
  npm(4, 'compat', 20, 'compat'),
  npm(2, 'walks', 10, 'walks -- --rounds 15'),
  npm(5, 'files', 16, 'files'),
  npm(2, 'apps', 16, 'apps'),
  npm(3, 'walks to the last epochs', 6, 'walks -- --of epochs --rounds 3 --seed 61079'),
  npm(5, 'examples', 10, 'examples'),
  npm(4, 'tools', 16, 'tools'),
  npm(1, 'walks with silences', 16, 'walks -- --of silences --rounds 6 --length 24'),
  npm(4, 'chains', 16, 'chains'),
  npm(6, 'oracle of starts', 10, 'oracle -- --starts'),
  npm(6, 'torture', 10, 'torture -- --rounds 20'),
  npm(6, 'torture of transactions', 10, 'torture -- --transactions --rounds 20'),
  npm(6, 'oracle of access', 10, 'oracle -- --secured'),
  npm(6, 'oracle of sasl', 10, 'oracle -- --sasl'),
  npm(6, 'nodes', 8, 'nodes'),
  npm(6, 'embedded', 8, 'embedded'),
  npm(4, 'releases', 10, 'releases'),
  npm(4, 'acls', 6, 'acls -- --rounds 60'),
  npm(3, 'walks of older levels', 6, 'walks -- --rounds 15 --of transactions --transaction-version 1'),
  npm(3, 'walks canary', 4, 'walks -- --rounds 5 --of groups --canary'),
  npm(4, 'torture canary', 4, 'torture -- --rounds 1 --canary'),
]
