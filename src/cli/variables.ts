/** Variables of a command that runs beside a broker, by names of its own: `--env ORDERS_KAFKA={brokers}`. */
import { environmentFor, serversOf } from '../embedded/contract/environment'

interface Place {
  readonly host: string
  readonly port: number
}

export interface Served {
  /** The first address of each node. */
  readonly nodes: readonly Place[]
  /** Null where there is no control port. */
  readonly control: string | null
}

const words: { readonly [word: string]: (served: Served) => string } = {
  brokers: ({ nodes }) => serversOf(nodes),
  host: ({ nodes }) => serversOf(nodes.slice(0, 1)).replace(/:\d+$/, ''),
  port: ({ nodes }) => String(nodes[0]!.port),
  control: ({ control }) => control ?? '',
}

/** A brace that is not closed, before a word that is to be put in: no other means anything here. */
function openBrace(template: string): string | undefined {
  const open = [...template.matchAll(/\{(\w+)(?![\w}])/g)]
  return open.map(([, word]) => word!).find(word => Object.hasOwn(words, word))
}

/** Why they cannot be, a sentence each. */
export function problemsOf(texts: readonly string[], hasControl: boolean): string[] {
  return texts.flatMap(text => {
    const [, name, template] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
    if (name === undefined) return [`--env ${text}: give NAME=VALUE, such as --env ORDERS_KAFKA={brokers}.`]
    const asked = [...template!.matchAll(/\{(\w+)\}/g)].map(([, word]) => word!)
    const unknown = asked.find(word => !Object.hasOwn(words, word))
    const known = Object.keys(words).map(word => `{${word}}`)
    if (unknown !== undefined) return [`--env ${text}: there is no {${unknown}}; there are ${known.join(', ')}.`]
    const open = openBrace(template!)
    if (open !== undefined) return [`--env ${text}: {${open} lacks its }: write {${open}}.`]
    if (asked.includes('control') && !hasControl) return [`--env ${text}: {control} needs --control.`]
    return []
  })
}

/** The usual ones, and those that `texts` name. */
export function variablesOf(served: Served, texts: readonly string[]): { readonly [name: string]: string } {
  const own = texts.map(text => {
    const equals = text.indexOf('=')
    const value = text.slice(equals + 1).replace(/\{(\w+)\}/g, (_, word: string) => words[word]!(served))
    return [text.slice(0, equals), value]
  })
  return { ...environmentFor(serversOf(served.nodes), served.control), ...Object.fromEntries(own) }
}
