/** docs/generated/configs.md: every config key, scope by scope, as the one table of keys has it. */
import type { ConfigKey, ConfigKeys } from '../../src/metadata/config/key'
import { configKeys, type ConfigScope } from '../../src/metadata/config/keys'
import { profileSettings, profiles } from '../../src/node/config/profiles'
import { keysOfPlaces, keysWithEffect } from '../../src/metadata/config/effects'
import { variableOfKey } from '../../src/node/config/sources'
import { idleKeys, idleReasons } from './idle-keys'
import { code, page, table } from './markdown'

const scopes: { readonly [S in ConfigScope]: string } = {
  odradek: 'Keys of our own',
  broker: 'Broker',
  throttle: 'Broker, at run time only',
  authorizer: 'Authorizer',
  topic: 'Topic',
  group: 'Group',
  clientMetrics: 'Client metrics',
  userClientQuota: 'Quotas of users and clients',
  ipQuota: 'Quotas of addresses',
}

export function configsPage(): string {
  return page('Configs', 'src/metadata/config/keys.ts and src/node/config/profiles.ts', [
    'Names, types, defaults and legal values are those of Apache Kafka 4.4. A broker key may stand in the file of',
    `\`--config\`, in \`--set\`, and in the environment: \`log.retention.ms\` is \`${variableOfKey('log.retention.ms')}\`.`,
    '',
    '## Profiles',
    '',
    'What a profile sets, where nobody says otherwise.',
    '',
    profileTable(),
    '',
    '## Changed at run time without effect',
    '',
    'What a running broker takes as Apache Kafka does, keeps and tells, and does nothing with.',
    '',
    idleTable(),
    ...Object.entries(scopes).flatMap(([scope, title]) => [
      '',
      `## ${title}`,
      '',
      scope === 'broker' ? brokerTable() : keyTable(configKeys[scope as ConfigScope]),
    ]),
  ])
}

function profileTable(): string {
  const keys = [...new Set(profiles.flatMap(profile => Object.keys(profileSettings(profile, 1))))]
  const rows = keys.map(key => [code(key), ...profiles.map(profile => profileSettings(profile, 1)[key] ?? '')])
  return table(['Key', ...profiles], rows)
}

const idleTable = (): string =>
  table(
    ['Keys', 'Why'],
    idleReasons.map(({ why, keys }) => [
      idleKeys
        .filter(name => keys.test(name))
        .map(code)
        .join(', '),
      why,
    ]),
  )

const heads = ['Key', 'Type', 'Default', 'Legal', 'Changes', 'About']

const keyTable = (keys: ConfigKeys): string =>
  table(
    heads,
    Object.entries(keys).map(([name, key]) => rowOf(name, key)),
  )

/** Not every key of a broker does something here; those that do are marked. */
function brokerTable(): string {
  const mark = (name: string) => (keysWithEffect.has(name) || keysOfPlaces.has(name) ? 'yes' : '')
  const rows = Object.entries(configKeys.broker).map(([name, key]) => [...rowOf(name, key), mark(name)])
  return table([...heads, 'Used'], rows)
}

function rowOf(name: string, key: ConfigKey): string[] {
  const shown = key.default === null ? '' : code(key.default === '' ? '""' : key.default)
  return [code(name), key.type.toLowerCase(), shown, key.valid ?? '', key.update ?? '', key.about ?? '']
}
