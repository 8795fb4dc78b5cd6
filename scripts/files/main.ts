/**
 * Whether our files are Apache Kafka's: `npm run files`. Its own tool reads what we wrote; we read and go on with what a
 * Kafka wrote that was stopped, or killed; and a Kafka reads and goes on with that. Needs java 17 and the jars, and says so
 * and skips where they are missing.
 */
import { Broker } from '../judge/broker'
import { fetchKafka, kafka, kafkaVersion, whyNoKafka } from '../judge/kafka'
import { accessTakenOver } from './access'
import { compactedByBoth, ourCompactedFiles } from './compacted'
import { deletedTopics } from './deleted'
import { exchanged } from './exchanged'
import { oldFormats } from './old'
import { theirFilesByUs } from './theirs'
import { ourFilesByTheirTool } from './ours'

async function main(): Promise<void> {
  const missing = whyNoKafka()
  if (missing !== null) {
    process.stdout.write(`skipped: ${missing}\n`)
    return
  }
  await fetchKafka()
  const began = Date.now()
  for (const line of await ourFilesByTheirTool()) process.stdout.write(`${line}\n`)
  process.stdout.write(`${await ourCompactedFiles()}\n`)
  for (const line of await compactedByBoth()) process.stdout.write(`${line}\n`)
  const settings = { 'log.segment.bytes': String(1024 * 1024), 'log.retention.ms': '-1' }
  const broker = await Broker.start(kafka('512m'), { settings })
  try {
    for (const line of await theirFilesByUs(broker)) process.stdout.write(`${line}\n`)
  } finally {
    await broker.dispose()
  }
  process.stdout.write(`${await oldFormats()}\n`)
  process.stdout.write(`${await deletedTopics()}\n`)
  process.stdout.write(`${await exchanged()}\n`)
  for (const line of await accessTakenOver()) process.stdout.write(`${line}\n`)
  process.stdout.write(`files agree with Apache Kafka ${kafkaVersion} (${Math.round((Date.now() - began) / 1000)} s)\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
