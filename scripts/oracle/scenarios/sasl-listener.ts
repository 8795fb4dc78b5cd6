/** A listener of SASL_PLAINTEXT: what is answered before it is known who asks, to right and wrong tokens, and again later. */
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { DeleteGroups } from '../../../src/protocol/messages/delete-groups'
import { DescribeConfigs } from '../../../src/protocol/messages/describe-configs'
import { DescribeCluster } from '../../../src/protocol/messages/describe-cluster'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { sleep } from '../../judge/process'
import type { Scenario } from '../scenario'
import { plainToken, type Scram, type ScramChange, scramUsers, Talk } from '../talk'

type Play = (talk: Talk) => Promise<unknown>

/** Each with a connection of its own. */
function onListener(name: string, plays: { readonly [what: string]: Play }): readonly Scenario[] {
  return Object.entries(plays).map(([what, play]) => ({
    name: `sasl listener: ${name}: ${what}`,
    needs: 'sasl',
    play: async subject => void (await play(new Talk(subject))),
  }))
}

const versions = (talk: Talk) =>
  talk.ask(ApiVersions, 3, { clientSoftwareName: 'judge', clientSoftwareVersion: '1' }, ({ errorCode }) => errorCode)
/** ApiVersions v99. */
const strangeVersions = (talk: Talk) =>
  talk.raw('ApiVersions v99', Buffer.from('0012006300000007ffff00', 'hex'), frame => frame.readInt16BE(4))

async function admitted(talk: Talk): Promise<void> {
  await talk.handshake('PLAIN')
  await talk.token(plainToken('ann'))
}

/** After the second in which a new handshake is out of turn. */
const untilMayRenew = () => sleep(1100)

const plainTokens: { readonly [what: string]: string } = {
  'wrong password': '\0ann\0no',
  'unknown user': '\0nobody\0no',
  'password of another': '\0ann\0bob-secret',
  'no user': '\0\0ann-secret',
  'no password': '\0ann\0',
  'as another': 'bob\0ann\0ann-secret',
  'as oneself': 'ann\0ann\0ann-secret',
  'no separators': 'ann',
  'one separator': 'ann\0ann-secret',
  'three separators': '\0ann\0ann-secret\0',
  'four separators': '\0ann\0ann-secret\0\0',
  empty: '',
}

const scramChanges: { readonly [what: string]: ScramChange & { readonly user?: string; readonly password?: string } } =
  {
    right: {},
    'wrong password': { password: 'no' },
    'a name with signs': { user: 'a,b=c', password: 'comma' },
    'as oneself': { gs2: 'n,a=sue,' },
    'as another': { gs2: 'n,a=bob,' },
    'binding that is not used': { gs2: 'y,,' },
    'binding that is': { gs2: 'p=tls-unique,,' },
    'other binding in the end': { binding: 'n,a=x,' },
    'an extension in the beginning': { extra: ',x=1' },
    'an extension without a value': { extra: ',x' },
    'nothing for an extension': { extra: ',' },
    'tokenauth is false': { extra: ',tokenauth=false' },
    'an extension in the end': { finalExtra: ',x=1' },
    'other nonce in the end': { nonce: nonce => `${nonce}x` },
    'shorter nonce in the end': { nonce: () => 'clientnonce' },
    'garbage in the end': { last: 'garbage' },
    'no proof': { last: 'c=biws,r=clientnonce' },
    'nothing in the end': { last: '' },
  }

const firsts: { readonly [what: string]: string } = {
  garbage: 'garbage',
  empty: '',
  'the last first': 'c=biws,r=clientnonce,p=cHJvb2Y=',
  'no nonce': 'n,,n=sue',
  'empty nonce': 'n,,n=sue,r=',
  'empty name': 'n,,n=,r=clientnonce',
  'name badly escaped': 'n,,n=s=ue,r=clientnonce',
  'mandatory extension': 'n,,m=x,n=sue,r=clientnonce',
  'nonce with a space': 'n,,n=sue,r=client nonce',
}

function scramPlays(mechanism: Scram): { [what: string]: Play } {
  return Object.fromEntries([
    ...Object.entries(scramChanges).map(([what, { user = 'sue', password = scramUsers.sue, ...change }]) => {
      const play: Play = async talk => {
        await talk.handshake(mechanism)
        await talk.scram(mechanism, user, password, change)
        await talk.metadata()
      }
      return [what, play] as const
    }),
    ...Object.entries(firsts).map(([what, text]) => {
      const play: Play = async talk => {
        await talk.handshake(mechanism)
        await talk.token(text)
        await talk.metadata()
      }
      return [`first: ${what}`, play] as const
    }),
  ])
}

/** Set while the broker runs, users and the length of sessions are kept and are not in force: settings of a listener come from its file. */
const setWhileItRuns: Scenario = {
  name: 'sasl listener: users and the length of sessions, set on a running broker',
  needs: 'sasl',
  play: async subject => {
    const own = 'listener.name.sasl_plaintext.plain.'
    const users = 'username="admin" password="admin-secret" user_admin="admin-secret" user_ann="changed"'
    const values: readonly (readonly [string, string])[] = [
      [`${own}sasl.jaas.config`, `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`],
      [`${own}connections.max.reauth.ms`, '20000'],
    ]
    const admin = new Talk(subject)
    await admin.handshake('PLAIN')
    await admin.token(plainToken('admin'))
    const resource = { resourceType: 4, resourceName: '1' }
    const alter = (configOperation: number) => {
      const configs = values.map(([name, value]) => ({
        name,
        configOperation,
        value: configOperation === 0 ? value : null,
      }))
      return subject.ask(IncrementalAlterConfigs, { resources: [{ ...resource, configs }], validateOnly: false })
    }
    await alter(0)
    const asked = { resources: [{ ...resource, configurationKeys: values.map(([name]) => name) }] }
    await subject.eventuallyQuiet(
      DescribeConfigs,
      asked,
      ({ results }) => results[0]?.configs.every(({ configSource }) => configSource === 2) ?? false,
    )
    for (const token of [plainToken('ann'), '\0ann\0changed']) {
      const ann = new Talk(subject, `ann ${String(token)}`)
      await ann.handshake('PLAIN')
      await ann.token(token)
    }
    await alter(1)
  },
}

export const saslListenerScenarios: readonly Scenario[] = [
  setWhileItRuns,
  ...onListener('out of turn', {
    'a request': talk => talk.metadata(),
    'a token': talk => talk.token(plainToken('ann')),
    'versions twice': async talk => {
      await versions(talk)
      await versions(talk)
    },
    'versions of none, then of some, then a handshake': async talk => {
      await strangeVersions(talk)
      await versions(talk)
      await admitted(talk)
      await talk.metadata()
    },
    'strange versions twice': async talk => {
      await strangeVersions(talk)
      await strangeVersions(talk)
      await versions(talk)
    },
    'strange versions, then a handshake': async talk => {
      await strangeVersions(talk)
      await admitted(talk)
    },
    'versions after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await versions(talk)
    },
    'a request after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await talk.metadata()
    },
    'a request for the cluster after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await talk.ask(DescribeCluster, 1, { includeClusterAuthorizedOperations: false })
      await talk.metadata()
    },
    'a request for a coordinator after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await talk.ask(FindCoordinator, 2, { key: 'g', keyType: 0 }, ({ errorCode }) => errorCode)
    },
    'a request for a topic after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await talk.ask(Metadata, 9, { topics: [{ name: 't' }] })
    },
    'a request to join after the handshake, once more': async talk => {
      await admitted(talk)
      await talk.handshake('PLAIN')
      await talk.ask(DeleteGroups, 2, { groupsNames: ['g'] })
    },
    'a handshake after the handshake': async talk => {
      await talk.handshake('PLAIN')
      await talk.handshake('PLAIN')
    },
    'versions after all': async talk => {
      await admitted(talk)
      await versions(talk)
      await talk.metadata()
    },
    'a handshake at once after all': async talk => {
      await admitted(talk)
      await talk.handshake('PLAIN')
      await talk.metadata()
    },
    'a token after all': async talk => {
      await admitted(talk)
      await talk.token(plainToken('ann'))
      await talk.metadata()
    },
  }),
  ...onListener('mechanisms', {
    ...Object.fromEntries(
      [0, 1].flatMap(version =>
        ['GSSAPI', '', 'plain', 'OAUTHBEARER'].map(mechanism => {
          const play: Play = async talk => {
            await talk.handshake(mechanism, version)
            await talk.handshake('PLAIN', version)
          }
          return [`'${mechanism}' v${version}`, play] as const
        }),
      ),
    ),
    'a version that there is not': talk =>
      talk.raw('SaslHandshake v9', Buffer.from('0011000900000007ffff0005504c41494e', 'hex'), frame =>
        frame.toString('hex'),
      ),
    'a token in a version that there is not': async talk => {
      await talk.handshake('PLAIN')
      await talk.raw('SaslAuthenticate v9', Buffer.from('0024000900000007ffff0005504c41494e', 'hex'), frame =>
        frame.toString('hex'),
      )
    },
  }),
  ...onListener('plain', {
    ...Object.fromEntries(
      [0, 1, 2].map(version => {
        const play: Play = async talk => {
          await talk.handshake('PLAIN')
          await talk.token(plainToken('ann'), version)
          await talk.metadata()
        }
        return [`right v${version}`, play] as const
      }),
    ),
    ...Object.fromEntries(
      Object.entries(plainTokens).flatMap(([what, token]) => {
        const play: Play = async talk => {
          await talk.handshake('PLAIN')
          await talk.token(token)
          await talk.metadata()
        }
        const bare: Play = async talk => {
          await talk.handshake('PLAIN', 0)
          await talk.bare(token)
          await talk.metadata()
        }
        return [[what, play] as const, [`${what}, bare`, bare] as const]
      }),
    ),
    ...Object.fromEntries(
      [0, 1].map(version => {
        const play: Play = async talk => {
          await talk.handshake('PLAIN')
          await talk.token('\0ann\0no', version)
        }
        return [`wrong v${version}`, play] as const
      }),
    ),
    'right, bare': async talk => {
      await talk.handshake('PLAIN', 0)
      await talk.bare(plainToken('ann'))
      await talk.metadata()
    },
    'a token in a header after the oldest handshake': async talk => {
      await talk.handshake('PLAIN', 0)
      await talk.token(plainToken('ann'))
    },
  }),
  ...onListener('scram of 256 bits', {
    ...scramPlays('SCRAM-SHA-256'),
    bare: async talk => {
      await talk.handshake('SCRAM-SHA-256', 0)
      await talk.scram('SCRAM-SHA-256', 'sue', scramUsers.sue, { bare: true })
      await talk.metadata()
    },
    'bare and wrong': async talk => {
      await talk.handshake('SCRAM-SHA-256', 0)
      await talk.scram('SCRAM-SHA-256', 'sue', 'no', { bare: true })
    },
  }),
  ...onListener('scram of 512 bits', scramPlays('SCRAM-SHA-512')),
  ...onListener('a user of scram that there is not', {
    nobody: async talk => {
      await talk.handshake('SCRAM-SHA-256')
      await talk.scram('SCRAM-SHA-256', 'nobody', 'no')
    },
    'of the other mechanism': async talk => {
      await talk.handshake('SCRAM-SHA-512')
      await talk.scram('SCRAM-SHA-512', 'only256', 'x')
    },
  }),
  ...onListener('again', {
    'as the same': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await admitted(talk)
      await talk.metadata()
    },
    'as another': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('PLAIN')
      await talk.token(plainToken('bob'))
      await talk.metadata()
    },
    'with a wrong password': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('PLAIN')
      await talk.token('\0ann\0no')
      await talk.metadata()
    },
    'by another mechanism': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('SCRAM-SHA-256')
      await talk.metadata()
    },
    'by a mechanism that there is not': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('GSSAPI')
      await talk.metadata()
    },
    'by the oldest handshake': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('PLAIN', 0)
      await talk.metadata()
    },
    'begun and left': async talk => {
      await admitted(talk)
      await untilMayRenew()
      await talk.handshake('PLAIN')
      await talk.metadata()
    },
    'a request after the end': async talk => {
      await talk.handshake('SCRAM-SHA-512')
      await talk.scram('SCRAM-SHA-512', 'sue', scramUsers.sue)
      await talk.metadata()
      await sleep(3000)
      await talk.metadata()
    },
    'after the end': async talk => {
      await talk.handshake('SCRAM-SHA-512')
      await talk.scram('SCRAM-SHA-512', 'sue', scramUsers.sue)
      await sleep(3000)
      await talk.handshake('SCRAM-SHA-512')
      await talk.scram('SCRAM-SHA-512', 'sue', scramUsers.sue)
      await talk.metadata()
    },
  }),
]
