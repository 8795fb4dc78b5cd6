/** Which metrics a client is asked for: what the `client-metrics` resources say that match it, together (KIP-714). */
import type { CallConnection } from '../../call/call'
import type { ClientMetricsConfigs } from '../../metadata/config/configs'
import { clientPattern } from '../../platform/client-pattern'
import { crc32c } from '../../protocol/records/crc32c'

export interface ClientIdentity {
  /** 32 hex digits. */
  readonly instanceId: string
  readonly clientId: string | null
  readonly connection: Pick<
    CallConnection,
    'clientSoftwareName' | 'clientSoftwareVersion' | 'remoteHost' | 'remotePort'
  >
}

export interface Subscription {
  /** Stands for what is asked of this client; another number when that changes. */
  readonly id: number
  readonly intervalMs: number
  /** Prefixes of names; `*` alone is all. */
  readonly metrics: readonly string[]
}

/** What Kafka pushes at when nobody says more often. */
const defaultIntervalMs = 300_000
const all = '*'

export function subscriptionOf(client: ClientIdentity, configs: Iterable<ClientMetricsConfigs>): Subscription {
  const metrics = new Set<string>()
  let intervalMs = defaultIntervalMs
  for (const config of configs) {
    if (!config.match.every(pattern => isMatch(client, pattern))) continue
    for (const metric of config.metrics) metrics.add(metric)
    intervalMs = Math.min(intervalMs, config.intervalMs)
  }
  const asked = metrics.has(all) ? [all] : [...metrics].sort()
  return { id: idOf(client.instanceId, asked, intervalMs), intervalMs, metrics: asked }
}

/** Not of the metrics alone: two clients need not have the same number for the same. */
function idOf(instanceId: string, metrics: readonly string[], intervalMs: number): number {
  return crc32c(Buffer.from(`${instanceId} ${metrics.join()} ${intervalMs}`)) | 0
}

/** `pattern` is a name, an equals sign and a regular expression that the whole value has to match. */
function isMatch(client: ClientIdentity, pattern: string): boolean {
  const [name, text] = pattern.split('=')
  const value = valueOf(client, name!.trim())
  return value !== null && text !== undefined && clientPattern(text.trim())?.(value) === true
}

function valueOf({ instanceId, clientId, connection }: ClientIdentity, name: string): string | null {
  switch (name) {
    case 'client_instance_id':
      return Buffer.from(instanceId, 'hex').toString('base64url')
    case 'client_id':
      return clientId
    case 'client_software_name':
      return connection.clientSoftwareName
    case 'client_software_version':
      return connection.clientSoftwareVersion
    case 'client_source_address':
      return connection.remoteHost
    case 'client_source_port':
      return String(connection.remotePort)
    default:
      return null
  }
}
