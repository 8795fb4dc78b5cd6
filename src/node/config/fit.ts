/** What keys of a Kafka broker mean to a node that is alone: which cannot be honoured, and which have nothing to do. */
import { principalsIn } from '../../security/access-control'

const isBrokerRole = (text: string): boolean => text.split(',').some(role => role.trim() === 'broker')

const standardAuthorizer = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'

/** Keys that promise what is not served yet: to run without it, silently, would be worse than not to run. */
export const refusedKeys: { readonly [key: string]: (text: string) => string | null } = {
  'authorizer.class.name': text =>
    text === '' || text === standardAuthorizer
      ? null
      : `there is no authorizer but Kafka's own. Write ${standardAuthorizer}, or remove the line.`,
  'super.users': text => {
    const wrong = principalsIn(text).find(principal => !/^[^:]+:./.test(principal))
    return wrong === undefined ? null : `'${wrong}' is no principal. Write its kind as well, such as User:${wrong}.`
  },
  'config.providers': text => (text === '' ? null : 'config providers are not served. Write the values themselves.'),
  'process.roles': text =>
    text === '' || isBrokerRole(text) ? null : 'this node is a broker. Write process.roles=broker,controller.',
}

const replicated = new Set([
  'default.replication.factor',
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
  'transaction.state.log.min.isr',
  'share.coordinator.state.topic.replication.factor',
  'share.coordinator.state.topic.min.isr',
])

/** Whether a value asks for so many brokers. */
export const needsOtherBrokers = (key: string): boolean => replicated.has(key)

const former =
  /^(zookeeper\..+|password\.encoder\..+|inter\.broker\.protocol\.version|log\.message\.(format\.version|downconversion\.enable|timestamp\.difference\.max\.ms)|broker\.id\.generation\.enable|reserved\.broker\.max\.id|control\.plane\.listener\.name|(advertised\.)?(host\.name|port)|offsets\.commit\.required\.acks|quota\.(producer|consumer)\.default|leader\.imbalance\.per\.broker\.percentage|replica\.lag\.max\.messages|delegation\.token\.master\.key|log\.cleaner\.enable|producer\.purgatory\..+|eligible\.leader\.replicas\.enable|unstable\.metadata\.versions\.enable)$/

/** Whether a release of Kafka before this one knew the key. */
export const isFormerKey = (key: string): boolean => former.test(key)
