/** HTTP as Node has it. Its module is loaded when somebody asks to be served by it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Http, HttpAnswer, HttpRequest } from '../http'

const tooLong: HttpAnswer = { status: 413, type: 'text/plain', body: 'the body is too long' }

export const nodeHttp: Http = {
  async serve(address, bodyMax, answer) {
    const { createServer } = require('node:http') as typeof import('node:http')
    const server = createServer((incoming, response) => void serveOne(incoming, response, bodyMax, answer))
    // Like everything of a guest, it keeps no process alive.
    server.unref()
    server.on('connection', socket => socket.unref())
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // As in the network: a port is of one worker of node:cluster.
      server.listen({ port: address.port, host: address.host, exclusive: true }, resolve)
    })
    const { address: host, port } = server.address() as AddressInfo
    return {
      address: { host, port },
      close: () =>
        new Promise(resolve => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    }
  },
}

async function serveOne(
  incoming: IncomingMessage,
  response: ServerResponse,
  bodyMax: number,
  answer: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<void> {
  const body = await bodyOf(incoming, bodyMax).catch(() => undefined)
  // Who goes in the middle of a request waits for no answer.
  if (body === undefined) return void response.destroy()
  const { method = 'GET', url: target = '/' } = incoming
  const headers = incoming.headers as HttpRequest['headers']
  const told = body === null ? tooLong : await answer({ method, target, headers, body })
  response.writeHead(told.status, {
    'content-type': told.type,
    'cache-control': 'no-store',
    ...(body === null && { connection: 'close' }),
  })
  response.end(told.body)
}

/** Null when it is longer than it may be. */
async function bodyOf(incoming: IncomingMessage, bodyMax: number): Promise<Buffer | null> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length
    if (length <= bodyMax) pieces.push(piece)
    else pieces.length = 0
  }
  return length > bodyMax ? null : Buffer.concat(pieces)
}
