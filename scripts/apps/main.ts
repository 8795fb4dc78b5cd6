/**
 * Whole applications of the Kafka world on our broker, unchanged: `npm run apps`. Kafka Streams with exactly_once_v2, and
 * Kafka Connect. Needs java 17 and the jars, and says so and skips where they are missing.
 */
import { Broker } from '../judge/broker'
import { fetchKafka, kafka, whyNoKafka } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { connectDistributed, connectStandalone } from './connect'
import { streamsExactlyOnce } from './streams'

const apps = [streamsExactlyOnce, connectStandalone, connectDistributed]

async function main(): Promise<void> {
  const missing = whyNoKafka()
  if (missing !== null) {
    process.stdout.write(`skipped: ${missing}\n`)
    return
  }
  await fetchKafka()
  // With --kafka the same on a real one: what fails there as well is not our fault.
  const broker = await Broker.start(process.argv.includes('--kafka') ? kafka('512m') : odradek())
  try {
    for (const app of apps) process.stdout.write(`${await app(broker)}\n`)
  } finally {
    await broker.dispose()
  }
  process.stdout.write(`${apps.length} passed, 0 failed\n`)
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n0 passed, 1 failed\n`)
    process.exit(1)
  },
)
