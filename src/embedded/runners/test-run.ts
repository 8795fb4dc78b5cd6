/** One broker for a whole run of tests, of which they hear by the environment. */
import { setVariables } from '../../platform/node/environment'
import { Broker } from '../broker'
import type { BrokerOptions } from '../contract/options'

let broker: Broker | null = null

/** Starts it and tells processes to come where it is, by the variables of `env()`. */
export async function beginRun(options: BrokerOptions = {}): Promise<Broker> {
  const begun = new Broker(options)
  await begun.start()
  broker = begun
  setVariables(begun.env())
  return begun
}

export async function endRun(): Promise<void> {
  const ended = broker
  broker = null
  await ended?.stop()
}
