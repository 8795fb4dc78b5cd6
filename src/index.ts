/** The package as a library: a broker inside of another program, most of all inside of a test. */
export { Broker, startBroker } from './embedded/broker'
export { BrokerError, type ClientFacts } from './embedded/commands'
export type { BrokerOptions, Isolation, Log, TopicSpec } from './embedded/options'
export { version } from './platform/version'
