import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Odradek, freePort } from './odradek'

const doctor = (...args: string[]) => new Odradek(['doctor', ...args]).ended

test('a broker that is well, one that sends its clients away, a web server, and nobody', async () => {
  const { port } = await new Odradek(['--port', '0', '--json']).ready()
  const well = await doctor(`127.0.0.1:${port}`, '--write', '--json')
  expect(well.code).toBe(0)
  expect(JSON.parse(well.stdout)).toMatchObject({
    ok: true,
    findings: ['bootstrap', 'cluster', 'advertised', 'write'].map(check => ({ check, ok: true })),
  })
  const away = ['--set', `advertised.listeners=PLAINTEXT://127.0.0.1:${await freePort()}`]
  const other = await new Odradek(['--port', '0', '--json', ...away]).ready()
  const sent = await doctor(`127.0.0.1:${other.port}`)
  expect(sent.code).toBe(1)
  expect(sent.stdout).toMatch(/^FAIL {2}broker 1 sends clients to \S+, but from here nobody listens there$/m)
  const web = http.createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => web.once('listening', resolve))
  const { stdout } = await doctor(`127.0.0.1:${(web.address() as AddressInfo).port}`)
  web.close()
  expect(stdout).toContain('is a web server (HTTP)')
  expect(await doctor(`127.0.0.1:${await freePort()}`)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('nobody listens there'),
  })
  expect(await doctor('a:b:c')).toMatchObject({ code: 2, stderr: expect.stringContaining('HOST:PORT') })
})
