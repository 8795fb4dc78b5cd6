/** One broker for a whole run of tests, of which they hear by the environment. */
import { setVariables } from '../../platform/node/environment'
import { Broker } from '../broker'
import type { BrokerOptions } from '../contract/options'

const brokers: Broker[] = []

/** Starts it and tells processes to come where it is, by the variables of `env()`. */
export async function beginRun(options: BrokerOptions = {}): Promise<Broker> {
  const begun = new Broker(options)
  await begun.start()
  brokers.push(begun)
  setVariables(begun.env())
  return begun
}

/** Stops all that were begun. */
export async function endRun(): Promise<void> {
  await Promise.all(brokers.splice(0).map(broker => broker.stop()))
}
