/** Programs that read records from one topic and write them to another, each with the transactional client of a library. */
import { clients, python } from '../../compat/clients'
import { besideTools, toolsClassPath } from '../judge/kafka'
import { mustRun } from '../judge/process'

export interface Library {
  readonly name: string
  /** How many run side by side in one group. */
  readonly links: number
  /** Why it cannot run here; null when it can. */
  whyNot(): string | null
  prepare?(): Promise<unknown>
  command(): readonly [string, ...string[]]
}

/** A client of the matrix, by its name there. */
const whyNot = (client: string) => () => clients.find(({ name }) => name === client)!.whyNot()

const javaTarget = 'compat/java/target/chain'
const goTarget = 'compat/franz-go/target/chain'

export const libraries: readonly Library[] = [
  {
    name: 'kafkajs',
    // It does not tell the coordinator of transactions which member of the group it is (KIP-447), so two of them are not safe.
    links: 1,
    whyNot: () => null,
    command: () => [process.execPath, 'scripts/run.js', 'compat/kafkajs/chain.ts'],
  },
  {
    name: 'librdkafka',
    links: 2,
    whyNot: whyNot('confluent-kafka'),
    command: () => [python(), 'compat/confluent-kafka/chain.py'],
  },
  {
    name: 'java',
    links: 2,
    whyNot: whyNot('java'),
    prepare: () => mustRun('javac', ['-d', javaTarget, '-cp', toolsClassPath, 'compat/java/src/Chain.java']),
    command: () => ['java', ...besideTools(javaTarget, 'Chain')],
  },
  {
    name: 'franz-go',
    links: 2,
    whyNot: whyNot('franz-go'),
    prepare: () =>
      mustRun('go', ['build', '-o', 'target/chain', './chain'], { cwd: 'compat/franz-go', timeoutMs: 300_000 }),
    command: () => [goTarget],
  },
]
