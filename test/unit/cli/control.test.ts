import { startControlled } from '../../../src/cli/control'
import { readConfig } from '../../../src/node/config'
import { silentLogger } from '../../../src/platform/logger'
import { holdProcess } from '../../../src/platform/node/hold'
import { nodePlatform } from '../../../src/platform/node/platform'

const release = holdProcess()
afterAll(release)

test('a broker with a control port, until it stops', async () => {
  const nothing = (): Buffer => Buffer.alloc(0)
  const flags = { port: '0', set: [] }
  const { config } = readConfig({ flags, environment: {}, readFile: nothing, defaultProfile: 'test' })
  const node = await startControlled(nodePlatform({ logger: { ...silentLogger, level: 'error' } }), config)
  const { bootstrap, clusterId } = (await (await fetch(node.controlUrl!)).json()) as { [name: string]: string }
  expect([bootstrap, clusterId]).toEqual([`127.0.0.1:${node.address.port}`, node.clusterId])
  await node.stop()
  await expect(fetch(node.controlUrl!)).rejects.toThrow()
})
