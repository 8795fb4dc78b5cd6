import { nodeHttp } from '../../../../src/platform/node/http'
import { holdProcess } from '../../../../src/platform/node/hold'

const release = holdProcess()
afterAll(release)

test('requests are answered; what is too long is not handed on; a taken port is told', async () => {
  const asked: unknown[] = []
  const server = await nodeHttp.serve({ host: '127.0.0.1', port: 0 }, 10, async ({ method, target, headers, body }) => {
    asked.push([method, target, headers['x-name'], body.toString()])
    return { status: 201, type: 'application/json', body: '{}' }
  })
  const url = `http://127.0.0.1:${server.address.port}/a?b=c`
  const reply = await fetch(url, { method: 'POST', headers: { 'x-name': 'x' }, body: 'text' })
  expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([201, 'application/json', '{}'])
  expect((await fetch(url, { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413)
  expect(asked).toEqual([['POST', '/a?b=c', 'x', 'text']])
  const again = nodeHttp.serve(server.address, 10, async () => ({ status: 200, type: '', body: '' }))
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await server.close()
  await expect(fetch(url)).rejects.toThrow()
})
