/** What the command tells clients: the address by which they came, or what `--advertise` says. */
import { Metadata } from '../../src/protocol/messages/metadata'
import { Odradek, ran } from './odradek'

jest.setTimeout(60_000)

async function told(args: readonly string[]) {
  const broker = new Odradek(['--port', '0', '--json', ...args])
  const { port } = await broker.ready()
  const { brokers } = await (await broker.connect()).request(Metadata, 8, { topics: [] })
  expect((await broker.stop()).code).toBe(0)
  return { port, brokers: brokers.map(({ host, port: at }) => `${host}:${at}`) }
}

test('the address by which a client came, unless another is set', async () => {
  const auto = await told(['--advertise', 'auto'])
  expect(auto.brokers).toEqual([`127.0.0.1:${auto.port}`])
  expect((await told(['--advertise', 'kafka.example:7000'])).brokers).toEqual(['kafka.example:7000'])
})

test('what nobody can connect to is refused', async () => {
  expect(await ran(['--port', '0', '--advertise', '0.0.0.0'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--advertise takes auto, HOST or HOST:PORT that clients can connect to'),
  })
})
