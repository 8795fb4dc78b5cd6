/** docs/generated/apis.md: every API of a broker, in which versions we serve it, and what a caller must be allowed to do. */
import { handlers } from '../../src/broker/apis/index'
import type { Handler, Rule } from '../../src/call/handler'
import { apis } from '../../src/protocol/messages/index'
import { code, page, table } from './markdown'

export function apisPage(): string {
  const byKey = new Map(handlers.map(handler => [handler.api.key, handler as Handler<never>]))
  const declared = [...apis].sort((a, b) => a.key - b.key)
  const rows = declared.map(api => {
    const handler = byKey.get(api.key)
    return [String(api.key), api.name, api.versions, handler?.serves ?? '', handler ? needs(handler) : '']
  })
  return page('APIs', 'src/broker/apis and src/protocol/messages', [
    `${byKey.size} of ${declared.length} APIs are served. What is not served is not advertised: ApiVersions does not list it.`,
    '*Declared* are the versions whose bytes are known here, *served* those that are answered. *Needs* names the',
    'operations of the access rules, which are asked where an authorizer is on.',
    '',
    table(['Key', 'API', 'Declared', 'Served', 'Needs'], rows),
  ])
}

function needs({ access }: Handler<never>): string {
  if (access === 'open') return 'nothing'
  return (access as readonly Rule<unknown, unknown>[])
    .map(
      rule =>
        `${[rule.may].flat().map(code).join(' or ')} on ${rule.one ? `the ${rule.one}` : `each ${rule.each ?? rule.own}`}`,
    )
    .join(', ')
}
