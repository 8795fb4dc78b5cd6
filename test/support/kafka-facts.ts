/** Where the facts of Apache Kafka's protocol and configs lie on a developer's machine: beside the repository, or nowhere. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The folder, or null on a machine that has none. */
export function kafkaFacts(): string | null {
  let folder = resolve(__dirname, '../..')
  for (let up = 0; up < 4; up++) {
    const found = join(folder, 'shared/kafka-protocol')
    if (existsSync(found)) return found
    folder = dirname(folder)
  }
  return null
}

export function readFacts(path: string): unknown {
  const folder = kafkaFacts()
  if (folder === null) throw new Error('no folder of facts')
  return JSON.parse(readFileSync(join(folder, path), 'utf8'))
}
