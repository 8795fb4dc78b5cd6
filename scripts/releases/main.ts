/**
 * Java clients of several releases against a broker of ours that shows itself as one of several releases: topics, records, a
 * transaction, a group and its offsets.
 *
 *     npm run releases
 */
import path from 'node:path'
import { Broker } from '../judge/broker'
import { flagsForShort } from '../judge/java'
import { fetchClients, toolsVersion, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { mustRun, present, run, temporaryDir } from '../judge/process'

const shown = ['2.8', '3.9', '4.0']
/** Brokers from 4.0 on need a client of 2.1. */
const clients = ['2.1.1', '2.8.2', toolsVersion]

async function main(): Promise<void> {
  const missing = present('javac') ? whyNoKafka() : 'javac is not on the PATH'
  if (missing !== null) {
    process.stdout.write(`releases: skipped: ${missing}\n0 passed, 0 failed\n`)
    return
  }
  const unbuilt = whyNoOdradek()
  if (unbuilt !== null) throw new Error(unbuilt)
  const classes = temporaryDir('releases-')
  const source = path.join('scripts/releases', 'Elder.java')
  await mustRun('javac', ['-nowarn', '-d', classes, '-cp', await fetchClients(clients[0]!), source], {
    timeoutMs: 60_000,
  })
  let [passed, failed] = [0, 0]
  for (const release of shown) {
    const broker = await Broker.start(odradek({ profile: 'test' }), { settings: { 'odradek.as.version': release } })
    try {
      for (const client of clients) {
        const jars = `${classes}:${await fetchClients(client)}`
        const java = [...flagsForShort, '-cp', jars, 'Elder', broker.address, `t-${client}`]
        const { code, stderr } = await run('java', java, { timeoutMs: 90_000 })
        process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} client ${client}, broker as ${release}\n`)
        if (code === 0) passed++
        else {
          failed++
          process.stdout.write(`     ${stderr.trim().split('\n').slice(-12).join('\n     ')}\n`)
        }
      }
    } finally {
      await broker.dispose()
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exit(failed > 0 ? 1 : 0)
}

main().catch((error: unknown) => {
  process.stderr.write(`releases: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
