/** The other end of `RemoteEngine`: carries out what messages ask, and answers each. */
import type { Http } from '../../platform/http'
import type { Platform } from '../../platform/platform'
import type { Employer } from '../../platform/workers'
import type { ToldEvent } from '../contract/cluster-events'
import { type Asked, type Told, toldError } from '../contract/commands'
import { LocalEngine } from './engine'
import type { Question } from '../contract/question'

/** Resolves when the first command has been carried out and answered. */
export function serveEngine(platform: Platform, employer: Employer, http: Http | null = null): Promise<void> {
  const tell = (told: Told): void => employer.send(told)
  const events = {
    log: (line: string): void => tell({ id: null, log: line }),
    event: (cluster: number, event: ToldEvent): void => tell({ id: null, cluster, event }),
    question: (cluster: number, question: Question): void => tell({ id: null, cluster, question }),
  }
  const engine = new LocalEngine(platform, events, http)
  return new Promise(resolve =>
    employer.onMessage(message => {
      const { id, cluster, command, argument } = message as Asked
      engine.ask(cluster, command, argument).then(
        answer => {
          tell({ id, answer })
          resolve()
        },
        (error: unknown) => tell({ id, error: toldError(error) }),
      )
    }),
  )
}
