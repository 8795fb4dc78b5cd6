/** Record sets as Apache Kafka's own library wrote them, and what they hold. `Vectors.java` made them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const texts = JSON.parse(readFileSync(join(__dirname, 'vectors.json'), 'utf8')) as Record<string, string>

/** `v2-gzip` and the like; a copy, so that tests may change it. */
export function vector(name: string): Buffer {
  const text = texts[name]
  if (text === undefined) throw new Error(`no vector ${name}`)
  return Buffer.from(text, 'base64')
}

export const vectorNames = Object.keys(texts)

export interface VectorRecord {
  readonly offset: number
  readonly timestampMs: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** The records in each of them: magic 0 has no timestamps, and only magic 2 has headers. */
export function vectorRecords(magic: number): VectorRecord[] {
  return [0, 1, 2, 3, 4].map(i => ({
    offset: 1000 + i,
    timestampMs: magic === 0 ? -1 : 1_700_000_000_000 + i * 10 - (i === 3 ? 100 : 0),
    key: i === 1 ? null : `key-${i}`,
    value: i === 2 ? null : i === 4 ? 'z'.repeat(2000) : `value-${i}`.repeat(i + 1),
    headers:
      magic === 2 && i === 3
        ? [
            ['h1', 'v1'],
            ['hé', null],
          ]
        : [],
  }))
}
