/** The other end of `RemoteEngine`: carries out what messages ask, and answers each. */
import type { Http } from '../platform/http'
import type { Platform } from '../platform/platform'
import type { Employer } from '../platform/workers'
import type { ToldEvent } from './cluster-events'
import { type Asked, type Told, toldError } from './commands'
import { LocalEngine } from './engine'

export function serveEngine(platform: Platform, employer: Employer, http: Http | null = null): void {
  const tell = (told: Told): void => employer.send(told)
  const events = {
    log: (line: string): void => tell({ id: null, log: line }),
    event: (cluster: number, event: ToldEvent): void => tell({ id: null, cluster, event }),
  }
  const engine = new LocalEngine(platform, events, http)
  employer.onMessage(message => {
    const { id, cluster, command, argument } = message as Asked
    engine.ask(cluster, command, argument).then(
      answer => tell({ id, answer }),
      (error: unknown) => tell({ id, error: toldError(error) }),
    )
  })
}
