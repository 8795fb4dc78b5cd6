/** `odradek log`: a damaged log is found and repaired, and a client reads everything else. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { Odradek, ran, scratch } from './odradek'

jest.setTimeout(120_000)

const damaged = '00000000000000000000.log'

async function withBroker<T>(dataDir: string, work: (kafka: Kafka) => Promise<T>): Promise<T> {
  const broker = new Odradek(['start', '--data-dir', dataDir, '--port', '0', '--profile', 'dev', '--json'])
  const { port } = await broker.ready()
  try {
    return await work(new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }))
  } finally {
    await broker.stop()
  }
}

/** Ten batches of ten records each. */
const produce = (kafka: Kafka) =>
  withClient(kafka.producer(), async producer => {
    for (let i = 0; i < 100; i += 10) {
      const messages = Array.from({ length: 10 }, (_, k) => ({ value: `record ${i + k}`, partition: 0 }))
      await producer.send({ topic: 'orders', messages })
    }
  })

/** Values by offset, up to the last record of the hundred. */
const consume = (kafka: Kafka) =>
  withClient(kafka.consumer({ groupId: 'readers' }), async consumer => {
    await consumer.subscribe({ topic: 'orders', fromBeginning: true })
    const found = new Map<number, string>()
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { offset: string; value: Buffer | null } }) => {
        found.set(Number(message.offset), String(message.value))
        if (message.offset === '99') resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
    return found
  })

async function withClient<C extends { connect(): Promise<void>; disconnect(): Promise<void> }, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.disconnect()
  }
}

/** Changes one byte of the fourth batch, which holds offsets 30 to 39. */
function flipIn(path: string): void {
  const bytes = readFileSync(path)
  let at = 0
  for (let i = 0; i < 3; i += 1) at += bytes.readInt32BE(at + 8) + 12
  bytes[at + 80] = bytes[at + 80]! ^ 1
  writeFileSync(path, bytes)
}

test('check finds a flipped bit, repair takes its batch out, and a group reads all the rest', async () => {
  const dataDir = join(scratch(), 'data')
  await withBroker(dataDir, produce)
  const log = (verb: string, ...more: string[]) => ran(['log', verb, '--data-dir', dataDir, ...more])
  expect(await log('check')).toMatchObject({ code: 0, stdout: expect.stringContaining('orders-0  ok: 1 segment') })
  flipIn(join(dataDir, 'orders-0', damaged))
  const found = await log('check')
  expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining('offsets 30 to 39 are lost') })
  expect(found.stdout).toContain(`odradek log repair --data-dir ${dataDir} orders-0`)
  expect(await log('repair', 'orders-0')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${damaged}.damaged`),
  })
  expect(await log('check', '--json', 'orders-0')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"damages":[]'),
  })
  const values = await withBroker(dataDir, consume)
  const kept = [...Array(100).keys()].filter(offset => offset < 30 || offset > 39)
  expect([...values]).toEqual(kept.map(offset => [offset, `record ${offset}`]))
})

test('what cannot be done is said in a line', async () => {
  const dataDir = join(scratch(), 'data')
  expect(await ran(['log'])).toMatchObject({ code: 2, stderr: expect.stringContaining('check, repair') })
  expect(await ran(['log', 'check'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--data-dir DIR') })
  const none = await ran(['log', 'check', '-d', dataDir])
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no directory') })
  const broker = new Odradek(['start', '--data-dir', dataDir, '--port', '0', '--json'])
  await broker.ready()
  const used = await ran(['log', 'check'], { ODRADEK_DATA_DIR: dataDir })
  expect(used).toMatchObject({ code: 1, stderr: expect.stringContaining(`in use by process ${broker.pid}`) })
  await broker.stop()
  expect(await ran(['log', 'repair', '-d', dataDir])).toMatchObject({ code: 2 })
  const unknown = await ran(['log', 'repair', '-d', dataDir, 'orders-7'])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no log orders-7') })
  expect(await ran(['log', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('repair') })
})
