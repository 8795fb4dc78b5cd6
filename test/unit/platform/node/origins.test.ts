import * as net from 'node:net'
import { Origins, placeIn } from '../../../../src/platform/node/origins'

test('the place is the first that is of neither Node nor a package', () => {
  const stack = [
    'Error',
    '    at Socket.connect (node:net:1024:5)',
    '    at connect (/app/node_modules/kafkajs/src/network/socket.js:10:3)',
    '    at async Broker.connect (C:\\app\\node_modules\\kafkajs\\src\\broker.js:1:2)',
    '    at async file:///app/test/orders.test.mjs:41:7',
    '    at async /app/test/other.ts:1:1',
  ].join('\n')
  expect(placeIn(stack)).toBe('orders.test.mjs:41')
  expect(placeIn('Error\n    at Object.<anonymous> (C:\\app\\test\\orders.test.ts:7:3)')).toBe('orders.test.ts:7')
  expect(placeIn('Error\n    at node:internal/x:1:2\n    at <anonymous>')).toBeNull()
})

test('a connection is known by its port while somebody watches', async () => {
  const origins = new Origins()
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  const connect = async () => {
    const socket = net.connect(port, '127.0.0.1')
    await new Promise(resolve => socket.once('connect', resolve))
    const local = socket.localPort!
    socket.destroy()
    return local
  }
  const unwatch = origins.watch()
  expect(origins.of(await connect())).toMatch(/^origins\.test\.ts:\d+$/)
  unwatch()
  unwatch()
  expect(origins.of(await connect())).toBeNull()
  server.close()
})
