/** What brokers wrote into their logs of who was denied what: the same lines, once each, as Apache Kafka's authorizer writes. */
import fs from 'node:fs'

const theirLine =
  /Principal = (\S+) is Denied operation = (\w+) from host = (\S+) on resource = (.*?) for request = (\w+) with resourceRefCount/
const ourLine =
  /access-denied principal=(\S+) operation=(\w+) host=(\S+) resource=("(?:[^"\\]|\\.)*"|\S+) request=(\w+)/

const unquoted = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text)

function denialsIn(logFile: string): Set<string> {
  const found = new Set<string>()
  for (const line of fs.readFileSync(logFile, 'utf8').split('\n')) {
    const [, principal, operation, host, resource = '', request] = theirLine.exec(line) ?? ourLine.exec(line) ?? []
    if (principal === undefined || !isOwn(host!, unquoted(resource))) continue
    found.add(`${principal} ${host} ${request} ${operation} ${unquoted(resource)}`)
  }
  return found
}

/**
 * Whoever lists everything is denied what other scenarios have at that moment, which is another thing on each broker. The host
 * of a guest says of which scenario he is (`Subject.guest`), as the beginning of a name does.
 */
function isOwn(host: string, resource: string): boolean {
  if (resource.startsWith('Topic:LITERAL:__')) return false
  const scenario = /:s(\d+)-/.exec(resource)?.[1]
  const [, , high, low] = host.split('.').map(Number)
  return scenario === undefined || Number(scenario) === high! * 256 + low!
}

/** Without what differs from scenario to scenario. */
const kindOf = (line: string): string => line.replace(/^\S+ \S+ /, '').replace(/:s\d+-\S*$/, ':$name')

/** Prints kinds of lines that only one of them wrote; gives how many those are, and how many lines both wrote. */
export function compareDenials(theirs: string, ours: string): { readonly same: number; readonly failed: number } {
  const [a, b] = [denialsIn(theirs), denialsIn(ours)]
  const only = (one: Set<string>, other: Set<string>) => new Set([...one].filter(line => !other.has(line)).map(kindOf))
  const [onlyTheirs, onlyOurs] = [only(a, b), only(b, a)]
  for (const line of onlyTheirs) process.stdout.write(`FAILED log: only Apache Kafka tells of ${line}\n`)
  for (const line of onlyOurs) process.stdout.write(`FAILED log: only we tell of ${line}\n`)
  return { same: [...a].filter(line => b.has(line)).length, failed: onlyTheirs.size + onlyOurs.size }
}
