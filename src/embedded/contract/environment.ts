/** The variables by which programs are usually told where Kafka is. */

const names = ['KAFKA_BROKERS', 'KAFKA_BOOTSTRAP_SERVERS', 'BOOTSTRAP_SERVERS', 'SPRING_KAFKA_BOOTSTRAP_SERVERS']

/** With a control port, `ODRADEK_CONTROL` says where it is. */
export const environmentFor = (bootstrapServers: string, controlUrl: string | null = null): Record<string, string> => ({
  ...Object.fromEntries(names.map(name => [name, bootstrapServers])),
  ...(controlUrl !== null && { ODRADEK_CONTROL: controlUrl }),
})

/** Where one of the clusters behind a control port is controlled. */
export const controlOf = (url: string, { cluster }: { readonly cluster: number }): string =>
  `${url}/clusters/${cluster}`

interface Place {
  readonly host: string
  readonly port: number
}

/** Where clients find a cluster: all of its nodes, so that they find it too when one of them is down. */
export const serversOf = (nodes: readonly Place[]): string => nodes.map(serverOf).join(',')

/** Every interface is no address to connect to; loopback is one of them. */
export const reachableHost = (host: string): string =>
  host === '' || host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host

function serverOf({ host, port }: Place): string {
  const reachable = reachableHost(host)
  return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
