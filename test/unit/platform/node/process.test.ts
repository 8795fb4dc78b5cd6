import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { identityOf } from '../../../../src/platform/node/identity'
import { listeningSockets } from '../../../../src/platform/node/neighbours'
import { nodeProcess } from '../../../../src/platform/node/process'

/** Neighbours are found in /proc, which other systems do not have. */
const hasProc = process.platform === 'linux'

test.each(['127.0.0.1', '::1'])('who listens on a port of %s is found', async host => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const holder = nodeProcess.holderOfPort(port)
  if (hasProc) {
    expect(holder).toMatchObject({ pid: process.pid, command: expect.stringMatching('node') })
    expect(listeningSockets(port).size).toBe(1)
  } else expect(holder).toBeNull()
  server.close()
  await once(server, 'close')
  expect(nodeProcess.holderOfPort(port)).toBeNull()
})

test('a process is found by what it has put into a lock while it lives, and no other is taken for it', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', 'a word'])
  await once(child, 'spawn')
  const identity = identityOf(child.pid!)
  expect(nodeProcess.named(`${identity}\n`)?.pid).toBe(child.pid)
  // As in another container, or of a process that ended before this one began.
  if (hasProc) {
    const [pid, started, boot] = identity.split(' ')
    expect(nodeProcess.named(`${pid} ${Number(started) - 1} ${boot}\n`)).toBeNull()
    expect(nodeProcess.named(`${pid}\n`)).toBeNull()
  }
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(nodeProcess.named(`${identity}\n`)).toBeNull()
  expect(nodeProcess.named('')).toBeNull()
})

test('a long command is cut', () => {
  expect(nodeProcess.named(identityOf(process.pid))!.command.length).toBeLessThanOrEqual(123)
})
