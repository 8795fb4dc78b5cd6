/** Looks at one address: does anybody listen, and is it a Kafka broker that answers there, or something else. */
import { Disconnected, ClientConnection, type ClientOptions } from '../../client/connection'
import type { Clock, Timers } from '../../platform/clock'
import type { Address, Connection, Network } from '../../platform/network'
import type { Random } from '../../platform/random'
import { ApiVersions } from '../../protocol/messages/api-versions'
import { Metadata, type MetadataResponse } from '../../protocol/messages/metadata'
import { clientHello, isTlsRecord } from './client-hello'

export interface World {
  readonly network: Network
  readonly timers: Timers
  readonly clock: Clock
  readonly random: Random
  /** For each connection, and for each answer. */
  readonly timeoutMs: number
}

/** Why an address is of no use. */
export type Trouble =
  | 'refused'
  | 'unknown-name'
  | 'no-answer'
  | 'unreachable'
  | 'tls'
  | 'http'
  | 'silent'
  | 'closes'
  | 'wants-authentication'
  | 'not-kafka'

export interface Seen {
  readonly address: Address
  readonly trouble: Trouble | null
  /** What the system or the other side said. */
  readonly detail: string
  /** How many APIs the broker serves. */
  readonly apis: number
  readonly metadata: MetadataResponse | null
}

const frameBytesMax = 64 * 1024 * 1024
const firstBytesMax = 64

/** Never rejects. */
export async function look(world: World, address: Address): Promise<Seen> {
  const seen = (trouble: Trouble | null, detail = ''): Seen => ({ address, trouble, detail, apis: 0, metadata: null })
  let client: ClientConnection
  try {
    client = await connected(world, address)
  } catch (error) {
    return seen(troubleOf(error), textOf(error))
  }
  try {
    const { apiKeys } = await client.request(ApiVersions, 0, {})
    const metadata = await askMetadata(client, apiKeys.find(({ apiKey }) => apiKey === Metadata.key)?.maxVersion ?? 0)
    if (metadata === null) return { ...seen('wants-authentication'), apis: apiKeys.length }
    return { ...seen(null), apis: apiKeys.length, metadata }
  } catch (error) {
    return seen(await whoIsIt(world, address), textOf(error))
  } finally {
    client.close()
  }
}

/** Null when the broker ends the connection instead, as it does with who has not said who they are. */
async function askMetadata(client: ClientConnection, newest: number): Promise<MetadataResponse | null> {
  try {
    return await client.request(Metadata, Math.min(newest, 9), { topics: [], allowAutoTopicCreation: false })
  } catch (error) {
    if (error instanceof Disconnected) return null
    throw error
  }
}

function clientOptions({ network, timers, timeoutMs }: World): ClientOptions {
  return { network, timers, clientId: 'odradek-doctor', requestTimeoutMs: timeoutMs, maxFrameBytes: frameBytesMax }
}

/** Rejects with the network's error, and with ETIMEDOUT when there is no answer. */
export function connected(world: World, address: Address): Promise<ClientConnection> {
  return inTime(world, ClientConnection.open(address, clientOptions(world)), late => late.close())
}

function inTime<T>({ timers, timeoutMs }: World, work: Promise<T>, tooLate: (result: T) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let isLate = false
    const cancel = timers.after(timeoutMs, () => {
      isLate = true
      reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }))
    })
    work.then(
      result => {
        cancel()
        if (isLate) tooLate(result)
        else resolve(result)
      },
      (error: unknown) => {
        cancel()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}

function troubleOf(error: unknown): Trouble {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ECONNREFUSED':
      return 'refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown-name'
    case 'ETIMEDOUT':
      return 'no-answer'
    default:
      return 'unreachable'
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What it is that does not speak Kafka: greeted as a web server, and then as one that wants TLS. */
async function whoIsIt(world: World, address: Address): Promise<Trouble> {
  const toHttp = await firstBytes(world, address, Buffer.from('GET / HTTP/1.0\r\n\r\n'))
  const toTls = isHttp(toHttp) ? null : await firstBytes(world, address, clientHello)
  if (isHttp(toHttp) || isHttp(toTls)) return 'http'
  if (toTls !== null && isTlsRecord(toTls)) return 'tls'
  if (toHttp === null && toTls === null) return 'silent'
  return toHttp?.length || toTls?.length ? 'not-kafka' : 'closes'
}

const isHttp = (said: Buffer | null): boolean => said?.toString('latin1').startsWith('HTTP/') === true

/** What the other side says first; empty when it closes without a word, null when it says nothing in time. */
async function firstBytes(world: World, address: Address, greeting: Buffer): Promise<Buffer | null> {
  let said = Buffer.alloc(0)
  let connection: Connection | null = null
  const heard = new Promise<Buffer>((resolve, reject) => {
    const events = {
      data(chunk: Buffer) {
        said = Buffer.concat([said, chunk]).subarray(0, firstBytesMax)
        if (said.length >= 5) resolve(said)
      },
      closed: () => resolve(said),
    }
    world.network
      .connect(address, opened => ((connection = opened), events))
      .then(
        opened => opened.write([greeting]),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      )
  })
  try {
    return await inTime(world, heard, () => {})
  } catch {
    return said.length > 0 ? said : null
  } finally {
    ;(connection as Connection | null)?.destroy()
  }
}
