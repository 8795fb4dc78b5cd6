/** What a scenario is: a function that asks a broker. It runs against both, and the transcripts must agree. */
import type { Api } from '../../src/protocol/schema'
import type { Subject } from './subject'

/**
 * `open`: nobody is asked anything. `authorizer`: one is on; the client from 127.0.0.1 may do everything, nobody else
 * anything. `sasl`: the listener asks who somebody is.
 */
export type Mode = 'open' | 'authorizer' | 'sasl'

export interface Scenario {
  readonly name: string
  /** Runs once for each version of this API that we serve; versions that Kafka 4 dropped are judged by the elder Kafka. */
  readonly versions?: Api
  /** How the brokers are set up that it runs against: `open` when left out. */
  readonly needs?: Mode
  play(subject: Subject, version: number): Promise<void>
}

/** A scenario that runs once, with the newest versions. */
export function scene(name: string, play: (subject: Subject) => Promise<void>): Scenario {
  return { name, play }
}

/** A scenario that runs for each version of an API. */
export function eachVersion(
  api: Api,
  name: string,
  play: (subject: Subject, version: number) => Promise<void>,
): Scenario {
  return { name, versions: api, play }
}
