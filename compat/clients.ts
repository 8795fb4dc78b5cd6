/** The clients of the matrix: how each is started, what version it is, and why it may be missing on a machine. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { toolsVersion, whyNoKafka } from '../scripts/judge/kafka'
import { mustRun, present } from '../scripts/judge/process'

export interface Client {
  readonly name: string
  /** Why it cannot run here; null when it can. */
  whyNot(): string | null
  /** Builds what must be built once. */
  prepare?(): Promise<void>
  command(): readonly [string, ...string[]]
  version(): string
}

const says = (command: string, args: readonly string[]): string => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout.trim() : ''
}

const script = (file: string): readonly [string, ...string[]] => [process.execPath, 'scripts/run.js', file]
const venv = 'compat/.venv/bin/python'
export const python = (): string => (fs.existsSync(venv) ? venv : 'python3')

const pythonClient = (name: string, module: string, version: string): Client => ({
  name,
  whyNot: () =>
    says(python(), ['-c', `import ${module}; print(1)`])
      ? null
      : `python has no module ${module} (scripts/ci/install.sh)`,
  command: () => [python(), `compat/${name}/run.py`],
  version: () => says(python(), ['-c', `import ${module}; print(${version})`]),
})

/** `version` finds it in go.mod. */
const goClient = (name: string, version: RegExp): Client => ({
  name,
  whyNot: () => (present('go') ? null : 'go is not on the PATH'),
  prepare: async () => {
    await mustRun('go', ['build', '-o', 'target/run', '.'], { cwd: `compat/${name}`, timeoutMs: 300_000 })
  },
  command: () => [`compat/${name}/target/run`],
  version: () => version.exec(fs.readFileSync(`compat/${name}/go.mod`, 'utf8'))?.[1] ?? '',
})

export const clients: readonly Client[] = [
  {
    name: 'kafkajs',
    whyNot: () => null,
    command: () => script('compat/kafkajs/run.ts'),
    version: () =>
      String((JSON.parse(fs.readFileSync('node_modules/kafkajs/package.json', 'utf8')) as { version: string }).version),
  },
  {
    name: 'kcat',
    whyNot: () => (present('kcat') ? null : 'kcat is not on the PATH (scripts/ci/install.sh)'),
    command: () => script('compat/kcat/run.ts'),
    version: () =>
      /Version (\S+).*librdkafka (\S+)/s
        .exec(says('kcat', ['-V']))
        ?.slice(1)
        .join(', librdkafka ') ?? '',
  },
  pythonClient(
    'confluent-kafka',
    'confluent_kafka',
    'confluent_kafka.__version__ + ", librdkafka " + confluent_kafka.libversion()[0]',
  ),
  pythonClient('aiokafka', 'aiokafka', 'aiokafka.__version__'),
  {
    name: 'java',
    whyNot: () => (present('javac') ? whyNoKafka() : 'javac is not on the PATH'),
    command: () => script('compat/java/run.ts'),
    version: () => toolsVersion,
  },
  goClient('franz-go', /franz-go v(\S+)/),
  goClient('sarama', /sarama v(\S+)/),
]
