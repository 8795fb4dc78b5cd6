/** Limits of connections, set while the broker runs: by quota of an address, and by how many an address may have. */
import { Disconnected } from '../../src/client/connection'
import { AlterClientQuotas } from '../../src/protocol/messages/alter-client-quotas'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { IncrementalAlterConfigs } from '../../src/protocol/messages/incremental-alter-configs'
import { Odradek } from './odradek'

jest.setTimeout(60_000)

test('an address that connects faster than its quota is sent away, and comes in again when the quota goes', async () => {
  const broker = new Odradek(['--port', '0', '--json'])
  const admin = await broker.connect()
  const setRate = (value: number, remove: boolean) =>
    admin.request(AlterClientQuotas, 1, {
      entries: [
        {
          entity: [{ entityType: 'ip', entityName: '127.0.0.1' }],
          ops: [{ key: 'connection_creation_rate', value, remove }],
        },
      ],
      validateOnly: false,
    })
  await setRate(1, false)
  const asked = Array.from({ length: 30 }, async () => {
    try {
      await (await broker.connect()).request(ApiVersions, 2, {})
      return 'served'
    } catch (error) {
      return error instanceof Disconnected ? 'sent away' : Promise.reject(error as Error)
    }
  })
  const outcomes = await Promise.all(asked)
  expect(new Set(outcomes)).toEqual(new Set(['served', 'sent away']))
  await setRate(0, true)
  await expect((await broker.connect()).request(ApiVersions, 2, {})).resolves.toMatchObject({ errorCode: 0 })
})

test('max.connections.per.ip of all brokers, told to a running one', async () => {
  const broker = new Odradek(['--port', '0', '--json'])
  const admin = await broker.connect()
  await admin.request(IncrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType: 4,
        resourceName: '',
        configs: [{ name: 'max.connections.per.ip', configOperation: 0, value: '2' }],
      },
    ],
    validateOnly: false,
  })
  await expect((await broker.connect()).request(ApiVersions, 2, {})).resolves.toMatchObject({ errorCode: 0 })
  await expect((await broker.connect()).request(ApiVersions, 2, {})).rejects.toBeInstanceOf(Disconnected)
})

test('max.connections of one listener, told to a running broker, leaves the other alone', async () => {
  const broker = new Odradek([
    '--port=0',
    '--json',
    '--set=listeners=A://127.0.0.1:0,B://127.0.0.1:0',
    '--set=listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT',
    '--set=listener.name.b.max.connections=1',
  ])
  const versions = async (listener: string) => (await broker.connect(listener)).request(ApiVersions, 2, {})
  const admin = await broker.connect('A')
  const only = await broker.connect('B')
  await expect(only.request(ApiVersions, 2, {})).resolves.toMatchObject({ errorCode: 0 })
  let isServed = false
  const waits = versions('B').then(() => (isServed = true))
  await expect(versions('A')).resolves.toMatchObject({ errorCode: 0 })
  expect(isServed).toBe(false)
  const configs = [{ name: 'listener.name.b.max.connections', configOperation: 0, value: '2' }]
  const asked = { resources: [{ resourceType: 4, resourceName: '1', configs }], validateOnly: false }
  expect(await admin.request(IncrementalAlterConfigs, 1, asked)).toMatchObject({ responses: [{ errorCode: 0 }] })
  // Whoever waits is let in when somebody leaves: two of three may be there now.
  const third = versions('B')
  only.close()
  await waits
  await third
})
