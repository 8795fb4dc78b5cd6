/** The address that clients are told: set, by the way they came, or the one by which a container is known outside. */
import type { CallConnection } from '../../../src/call/call'
import type { NodeConfig } from '../../../src/node/config/config'
import { gatewayOf, toldBy, toldTo } from '../../../src/node/advertised'

const table = (gateway: string) =>
  `Iface\tDestination\tGateway\tFlags\neth0\t000011AC\t00000000\t0001\neth0\t00000000\t${gateway}\t0003\n`

const filesWith = (names: { [path: string]: string }) => ({
  stat: (path: string) => (path in names ? { sizeBytes: 0, modifiedMs: 0, isDirectory: false, identity: path } : null),
  readFile(path: string) {
    const text = names[path]
    if (text === undefined) throw new Error('ENOENT')
    return Buffer.from(text)
  },
})

const everywhere = [{ listen: { host: '0.0.0.0', port: 9092 } }]
const told = { advertised: null, external: { host: null, port: null } }
const inDocker = filesWith({ '/.dockerenv': '', '/proc/net/route': table('010011AC') })

describe('who comes through a published port comes from the gateway', () => {
  test('of a container', () => {
    expect(gatewayOf(inDocker, everywhere)).toBe('172.17.0.1')
    expect(gatewayOf(filesWith({ '/run/.containerenv': '', '/proc/net/route': table('0100580A') }), everywhere)).toBe(
      '10.88.0.1',
    )
  })

  test('which there is none of outside of one, without a way out, or where only the loopback is listened on', () => {
    expect(gatewayOf(filesWith({ '/proc/net/route': table('010011AC') }), everywhere)).toBeNull()
    expect(gatewayOf(filesWith({ '/.dockerenv': '' }), everywhere)).toBeNull()
    expect(gatewayOf(filesWith({ '/.dockerenv': '', '/proc/net/route': 'Iface\n' }), everywhere)).toBeNull()
    expect(gatewayOf(inDocker, [{ listen: { host: '127.0.0.1', port: 9092 } }])).toBeNull()
  })
})

describe('a client is told', () => {
  const from = (remoteHost: string, localHost = '172.17.0.2') =>
    ({ localHost, localPort: 9092, remoteHost }) as CallConnection
  const gateway = '172.17.0.1'
  const external = { host: 'docker.example', port: 19092 }

  test('the address by which it came, with the port of each broker', () => {
    expect(toldTo(told, from('192.168.1.9', '192.168.1.5'), null)).toEqual({ host: '192.168.1.5', port: null })
    expect(toldTo(told, from('172.17.0.3'), gateway)).toEqual({ host: '172.17.0.2', port: null })
    expect(toldTo(told, from('127.0.0.1', '127.0.0.1'), gateway)).toEqual({ host: '127.0.0.1', port: null })
  })

  test('from outside of a container the address that it has there', () => {
    expect(toldTo(told, from(gateway), gateway)).toEqual({ host: 'localhost', port: null })
    expect(toldTo(told, from(`::ffff:${gateway}`), gateway)).toEqual({ host: 'localhost', port: null })
    expect(toldTo({ ...told, external }, from(gateway), gateway)).toEqual(external)
    expect(toldTo({ ...told, external }, from('127.0.0.1', '127.0.0.1'), gateway)).toEqual(external)
    expect(toldTo({ ...told, external }, from('172.17.0.3'), gateway)).toEqual({ host: '172.17.0.2', port: null })
  })

  test('what was set, whoever it is', () => {
    const set = { ...told, external, advertised: { host: 'kafka', port: 7000 } }
    expect(toldTo(set, from(gateway), gateway)).toEqual({ host: 'kafka', port: 7000 })
    expect(toldTo({ ...set, advertised: { host: 'kafka', port: 0 } }, from(gateway), gateway).port).toBeNull()
  })
})

test('a listener tells its own address; a published port can only be told of the first', () => {
  const external = { host: 'docker.example', port: 19092 }
  const listeners = [
    { name: 'A', advertised: null },
    { name: 'B', advertised: { host: 'b', port: 2 } },
  ]
  const config = { listeners, external } as unknown as NodeConfig
  expect(toldBy(config, 'A')).toEqual({ advertised: null, external })
  expect(toldBy(config, 'B')).toEqual({ advertised: { host: 'b', port: 2 }, external: { ...external, port: null } })
})
